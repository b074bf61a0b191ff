/** Finds regular expressions on which a text can be made that keeps the matcher busy (nested repetition): such a pattern would let a caller stop the server. */
import { createContext, Script } from 'node:vm';
import { maxPatternLength } from '../server/src/models/patterns.ts';

const beginnings = ['', 'a', 's3://', 'https://', 'https://a/', 'arn:', 'arn:aws:iam::123456789012:role/', '/'];
const repeated = [
  'a',
  'a-',
  '-',
  '.',
  'a.',
  '/',
  'a/',
  '0',
  'A1',
  ' ',
  '_',
  ':',
  '=',
  '1.',
  '{',
  '\n',
  ',',
  'a,',
  'a:',
];
const endings = ['!', '\u0000'];
/** For all texts of one size together. */
const limitMs = 1000;

const script = new Script('for (const text of texts) expression.test(text)');
const context = createContext({});

/** `max`: the longest text that the model allows. */
export function isSlow(expression: RegExp, max = maxPatternLength): boolean {
  const sizes = [30, 60, maxPatternLength].map((size) => Math.min(size, max));
  return sizes.some((size) => takesTooLong(expression, textsOf(size)));
}

function textsOf(size: number): string[] {
  return beginnings.flatMap((beginning) =>
    repeated.flatMap((part) =>
      endings.map((ending) => (beginning + part.repeat(size / part.length + 1)).slice(0, size - 1) + ending),
    ),
  );
}

function takesTooLong(expression: RegExp, texts: readonly string[]): boolean {
  Object.assign(context, { expression, texts });
  try {
    script.runInContext(context, { timeout: limitMs });
    return false;
  } catch {
    return true;
  }
}
