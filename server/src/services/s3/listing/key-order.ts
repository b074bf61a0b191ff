/** Keys in the order of their UTF-8 bytes, which is the order of code points. Pure. */

/** The first text after every text that begins with this one; undefined where there is none. */
export function successorOf(prefix: string): string | undefined {
  const points = [...prefix];
  for (;;) {
    const last = points.pop()?.codePointAt(0);
    if (last === undefined) return undefined;
    if (last === 0x10ffff) continue;
    // Surrogates are not characters: the next one in UTF-8 follows them.
    const next = last === 0xd7ff ? 0xe000 : last + 1;
    return points.join('') + String.fromCodePoint(next);
  }
}

/** The first text after this one. */
export function justAfter(key: string): string {
  return `${key}\0`;
}

/** -1, 0 or 1 by UTF-8 bytes; UTF-16 order, which `<` has, differs above U+FFFF. */
export function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

export function laterOf(a: string, b: string): string {
  return compareKeys(a, b) < 0 ? b : a;
}
