/**
 * Filter patterns of plain terms and quoted phrases: every one must occur, as whole words, in the given case. Everything else of the
 * language is refused rather than misunderstood. Pure.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export type FilterPattern = { readonly matches: (message: string) => boolean } | { readonly fault: string };

const piece = /\s*(?:"((?:[^"\\]|\\.)*)"|([A-Za-z0-9_]+)(?=\s|$))\s*/y;
const wordCharacter = /[A-Za-z0-9_]/;

/** Whether the term occurs in the message as a whole word. */
function occurs(term: string, message: string): boolean {
  const openStart = !wordCharacter.test(term[0] ?? '');
  const openEnd = !wordCharacter.test(term.at(-1) ?? '');
  for (let at = message.indexOf(term); at >= 0; at = message.indexOf(term, at + 1)) {
    const startsWord = openStart || !wordCharacter.test(message[at - 1] ?? '');
    const endsWord = openEnd || !wordCharacter.test(message[at + term.length] ?? '');
    if (startsWord && endsWord) return true;
  }
  return false;
}

export function readFilterPattern(text: string): FilterPattern {
  const terms: string[] = [];
  piece.lastIndex = 0;
  while (piece.lastIndex < text.length) {
    const from = piece.lastIndex;
    const match = piece.exec(text);
    if (!match) {
      if (text.slice(from).trim() === '') break;
      return {
        fault: `Invalid filter pattern: only terms and "quoted phrases" are supported, not '${text.slice(from).trim()}'`,
      };
    }
    const term = match[2] ?? (match[1] ?? '').replace(/\\(.)/g, '$1');
    if (term !== '') terms.push(term);
  }
  return { matches: (message) => terms.every((term) => occurs(term, message)) };
}
