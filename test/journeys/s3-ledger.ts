/**
 * Which states of objects are correct while their server is killed repeatedly. Each key has one writer, who numbers its writes: what was acknowledged
 * must be there, what was tried behind it may be there, and nothing else may.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';

interface Write {
  readonly kind: 'put' | 'delete';
  readonly size: number;
}

interface Entry {
  /** By number; before the first there was nothing. */
  readonly writes: Write[];
  acknowledged: number;
}

/** Enough bytes to cut every body out of. */
const quarry = Buffer.concat(
  Array.from({ length: 100_000 }, (_, block) => createHash('sha512').update(`${block}`).digest()),
);

/** The bytes of one write: they say whose they are. */
export function bodyOf(key: string, number: number, size: number): Buffer {
  const head = Buffer.from(`${key} ${number} ${size}\n`);
  const from = (number * 7919) % 1000;
  return Buffer.concat([head, quarry.subarray(from, from + size - head.length)]);
}

export class Ledger {
  readonly #entries = new Map<string, Entry>();

  get keys(): string[] {
    return [...this.#entries.keys()];
  }

  /** A write is about to be sent; answers its number. */
  try(key: string, kind: Write['kind'], size = 0): number {
    const entry = this.#entries.get(key) ?? { writes: [{ kind: 'delete', size: 0 }], acknowledged: 0 };
    this.#entries.set(key, entry);
    return entry.writes.push({ kind, size }) - 1;
  }

  acknowledge(key: string, number: number): void {
    this.#entry(key).acknowledged = number;
  }

  acknowledged(key: string): number {
    return this.#entries.get(key)?.acknowledged ?? 0;
  }

  /** Judges what a read saw that began when `since` was the last acknowledged write. */
  check(key: string, seen: Buffer | undefined, since: number): void {
    const { writes } = this.#entry(key);
    const possible = writes.slice(since);
    if (seen === undefined) {
      const mayBeGone = possible.some(({ kind }) => kind === 'delete');
      assert.ok(mayBeGone, `${key} is gone, though write ${since} was acknowledged`);
      return;
    }
    const words = seen.subarray(0, seen.indexOf('\n')).toString().split(' ');
    const number = Number(words[1]);
    assert.ok(
      words[0] === key && writes[number]?.kind === 'put' && number >= since,
      `${key} has the bytes of write ${number}, though write ${since} was acknowledged`,
    );
    assert.ok(bodyOf(key, number, writes[number].size).equals(seen), `write ${number} of ${key} is not whole`);
  }

  #entry(key: string): Entry {
    const entry = this.#entries.get(key);
    assert.ok(entry, `${key} was never written`);
    return entry;
  }
}
