/** Java's regular expressions, in which AWS's models are written, as JavaScript's. */

/** Longer texts, and texts that are longer than their model allows, are not matched: it could take too long. */
export const maxPatternLength = 8192;

/** Classes of Java that JavaScript does not have; used inside brackets or alone. */
const javaClasses: Record<string, string> = {
  Alnum: 'a-zA-Z0-9',
  Alpha: 'a-zA-Z',
  ASCII: '\\x00-\\x7F',
  Digit: '0-9',
  Graph: '\\x21-\\x7E',
  Lower: 'a-z',
  Print: '\\x20-\\x7E',
  Punct: '!-\\/:-@\\[-`\\{-~',
  Space: '\\s',
  Upper: 'A-Z',
  XDigit: '0-9a-fA-F',
};

/**
 * Patterns of AWS on which a backtracking matcher can take years, rewritten to match the same texts without backtracking.
 * scripts/extract-constraints.ts finds them.
 */
const rewritten: Readonly<Record<string, string>> = {
  '[a-z0-9]([-a-z0-9]*[a-z0-9]){0,39}?': '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?',
  'https://([.\\-_a-zA-Z0-9]+/?){3,1016}': 'https://(?:[.\\-_a-zA-Z0-9]/?){2}[.\\-_a-zA-Z0-9](?:/?[.\\-_a-zA-Z0-9])*/?',
};

/** A matcher of the whole text; undefined where JavaScript cannot express the pattern. */
export function compilePattern(pattern: string): RegExp | undefined {
  const source = `^(?:${translate(rewritten[pattern] ?? pattern)})$`;
  for (const flags of ['u', '']) {
    try {
      return new RegExp(source, flags);
    } catch {}
  }
  return undefined;
}

function translate(pattern: string): string {
  let result = '';
  let inClass = false;
  for (let at = 0; at < pattern.length; at++) {
    const rest = pattern.slice(at);
    const character = pattern[at] ?? '';
    const quantifier = inClass ? undefined : /^(?:[*+?]|\{\d+,?\d*\})([+?]?)/.exec(rest);
    if (character === '\\') {
      const [text, length] = translateEscape(pattern, at, inClass);
      result += text;
      at += length - 1;
    } else if (quantifier) {
      at += quantifier[0].length - 1;
      // Java allows a quantifier after an anchor, and possessive ones; neither changes what these patterns match as a whole.
      const anchored = /(?:^|[^\\])[$^]$/.test(result);
      if (!anchored) result += quantifier[1] === '+' ? quantifier[0].slice(0, -1) : quantifier[0];
    } else {
      result += inClass && character === '[' ? '\\[' : character;
      if (character === '[') inClass = true;
      else if (character === ']') inClass = false;
    }
  }
  return result;
}

/** The escape at a position, translated, and its length in the pattern. */
function translateEscape(pattern: string, at: number, inClass: boolean): [string, number] {
  const next = pattern[at + 1] ?? '';
  const property = /^\\p\{(\w+)\}/.exec(pattern.slice(at));
  if (property) {
    const ascii = javaClasses[(property[1] ?? '').replace(/^Is/, '')];
    if (ascii === undefined) return [property[0], property[0].length];
    return [inClass ? ascii : `[${ascii}]`, property[0].length];
  }
  if (next === 'A') return ['^', 2];
  if (next === 'z' || next === 'Z') return ['$', 2];
  if (next === 'h') return [inClass ? ' \\t' : '[ \\t]', 2];
  // With the u flag it is an error to escape a character that needs no escape.
  if (/[\w^$\\.*+?()[\]{}|/-]/.test(next) && next !== '_' && (inClass || next !== '-')) return [`\\${next}`, 2];
  return [next, 2];
}
