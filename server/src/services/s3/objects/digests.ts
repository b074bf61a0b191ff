/** The running hashes of one body: MD5 for the ETag, the checksum that is kept, and the client's own where that is another. */
import { createHash, type Hash, hash } from 'node:crypto';
import { type ChecksumAlgorithm, createHasher } from '../checksums/checksum.ts';
import type { Md5Thread, RunningMd5 } from '../checksums/md5-thread.ts';

/** Larger bodies have their MD5 computed beside the thread that serves requests. */
const largeSize = 1024 * 1024;

interface DigestsOptions {
  /** The algorithm whose checksum is kept. */
  readonly computed: ChecksumAlgorithm;
  /** The client's. */
  readonly expected: ChecksumAlgorithm | undefined;
  /** As the client sent it. */
  readonly size: number | undefined;
}

export class Digests {
  md5: Buffer = Buffer.alloc(0);
  computed = '';
  expected = '';
  #md5;
  #computed;
  #expected;

  constructor({ computed, expected, size = 0 }: DigestsOptions, md5Thread: Md5Thread) {
    this.#md5 = size > largeSize ? md5Thread.start() : md5Here();
    this.#computed = createHasher(computed);
    this.#expected = expected === undefined || expected === computed ? undefined : createHasher(expected);
  }

  /** A promise where more must not come before. */
  update(chunk: Uint8Array): Promise<void> | undefined {
    const catchingUp = this.#md5.update(chunk);
    this.#computed.update(chunk);
    this.#expected?.update(chunk);
    return catchingUp;
  }

  async finish(): Promise<void> {
    this.md5 = await this.#md5.digest();
    this.computed = this.#computed.digest();
    this.expected = this.#expected?.digest() ?? this.computed;
  }

  /** In the end, whichever it was. */
  drop(): void {
    this.#md5.drop();
  }
}

/** Node hashes what is one piece at a fraction of what it takes for a first piece and no other. */
function md5Here(): RunningMd5 {
  let first: Uint8Array | undefined;
  let running: Hash | undefined;
  return {
    update(bytes) {
      if (!running && !first) first = bytes;
      else {
        running ??= createHash('md5').update(first ?? bytes.subarray(0, 0));
        running.update(bytes);
      }
      return undefined;
    },
    digest: () => running?.digest() ?? hash('md5', first ?? new Uint8Array(), 'buffer'),
    drop() {},
  };
}
