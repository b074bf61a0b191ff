/** The positions of a policy's statements in its text, as the policy simulator shows them: lines and columns from one, the end exclusive. */
import type { Position } from '@aws-sdk/client-iam';

export interface Span {
  readonly StartPosition: Position;
  readonly EndPosition: Position;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

/** The text is a policy that has been parsed, so it is valid JSON with statements. */
export function statementSpans(text: string): Span[] {
  const spans: Span[] = [];
  let depth = 0;
  let isStatement = false;
  /** How deep a statement's braces are: one more within a list. */
  let statementDepth = 0;
  let start: Position = {};
  let line = 1;
  let lineStart = 0;
  const position = (offset: number): Position => ({ Line: line, Column: offset - lineStart + 1 });
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') {
      const end = endOfString(text, at);
      if (depth === 1 && /^\s*:/.test(text.slice(end))) isStatement = JSON.parse(text.slice(at, end)) === 'Statement';
      at = end - 1;
    } else if (character === '{' || character === '[') {
      if (++depth === 2) statementDepth = character === '[' ? 3 : 2;
      if (isStatement && depth === statementDepth) start = position(at);
    } else if (character === '}' || character === ']') {
      if (isStatement && depth === statementDepth) {
        spans.push({ StartPosition: start, EndPosition: position(at + 1) });
      }
      depth--;
    } else if (character === '\n') {
      line++;
      lineStart = at + 1;
    }
  }
  return spans;
}
