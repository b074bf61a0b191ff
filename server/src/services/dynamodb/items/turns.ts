/** One writer of an item at a time: those that wait follow in their order. What keeps writes correct is their SQL; this keeps them from missing each other. */

export interface Turns {
  /** `keys`: of all items that `act` writes. */
  take<T>(keys: readonly string[], act: () => Promise<T>): Promise<T>;
}

export function createTurns(): Turns {
  const last = new Map<string, Promise<unknown>>();

  return {
    take(keys, act) {
      const before = keys.flatMap((key) => last.get(key) ?? []);
      const mine = before.length === 0 ? act() : Promise.all(before).then(act);
      const ended = mine.then(
        () => {},
        () => {},
      );
      for (const key of keys) last.set(key, ended);
      void ended.then(() => {
        for (const key of keys) if (last.get(key) === ended) last.delete(key);
      });
      return mine;
    },
  };
}
