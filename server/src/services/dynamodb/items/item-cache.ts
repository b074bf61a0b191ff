/**
 * Items that were read or written lately, in memory. What is kept is what was committed: a write replaces it after its commit, and a reading that began
 * before that keeps nothing. Nothing is kept where other servers may write, too.
 */
import type { Stored } from './entry-store.ts';

export interface ItemCache {
  /** Null: it is known that there is none; undefined: nothing is known. */
  get(key: string): Stored | null | undefined;
  /** Reads it and keeps what was read. */
  load(key: string, read: () => Promise<Stored | undefined>): Promise<Stored | undefined>;
  /** After a commit. */
  put(key: string, stored: Stored | undefined): void;
  /** After a write whose end is not known. */
  forget(key: string): void;
}

export const cacheKey = (table: number, key: Buffer): string => `${table}/${key.toString('latin1')}`;

const maxBytes = 32 * 1024 * 1024;
/** What an entry takes beyond its item: objects and strings in memory take a few times the bytes of the item's JSON. */
const overhead = 400;
const perByte = 3;

export function createItemCache({ isShared }: { readonly isShared: boolean }): ItemCache {
  const limit = isShared ? 0 : maxBytes;
  /** In the order of their last use. */
  const kept = new Map<string, Stored | null>();
  const loading = new Map<string, Promise<Stored | undefined>>();
  let bytes = 0;

  const weigh = (key: string, stored: Stored | null) => overhead + key.length + perByte * (stored?.size ?? 0);

  function remove(key: string): void {
    const stored = kept.get(key);
    if (stored === undefined) return;
    kept.delete(key);
    bytes -= weigh(key, stored);
  }

  function keep(key: string, stored: Stored | null): void {
    remove(key);
    kept.set(key, stored);
    bytes += weigh(key, stored);
    for (const oldest of kept.keys()) {
      if (bytes <= limit) return;
      remove(oldest);
    }
  }

  return {
    get(key) {
      const stored = kept.get(key);
      if (stored !== undefined) {
        kept.delete(key);
        kept.set(key, stored);
      }
      return stored;
    },
    load(key, read) {
      const known = loading.get(key);
      if (known !== undefined) return known;
      const isCurrent = () => loading.get(key) === loaded;
      const loaded = read()
        .then((stored) => {
          if (isCurrent()) keep(key, stored ?? null);
          return stored;
        })
        .finally(() => {
          if (isCurrent()) loading.delete(key);
        });
      loading.set(key, loaded);
      return loaded;
    },
    put(key, stored) {
      loading.delete(key);
      keep(key, stored ?? null);
    },
    forget(key) {
      loading.delete(key);
      remove(key);
    },
  };
}
