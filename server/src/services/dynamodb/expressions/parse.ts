/** What the parsers of expressions share: limits, paths, and the prefix of every refusal. */
import { invalid } from '../invalid.ts';
import type { Path } from './paths.ts';
import type { Faults, Scope } from './scope.ts';
import { Cursor, SyntaxFault } from './tokens.ts';

export type ExpressionName =
  | 'ConditionExpression'
  | 'FilterExpression'
  | 'KeyConditionExpression'
  | 'ProjectionExpression'
  | 'UpdateExpression';

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-expression-parameters */
const maxBytes = 4096;

export interface Parsing {
  readonly cursor: Cursor;
  readonly scope: Scope;
  readonly faults: Faults;
  /** Words that are no names here. */
  readonly keywords: ReadonlySet<string>;
}

/** `read` may throw SyntaxFault, or Error with AWS's text. */
export function parseWith<T>(name: ExpressionName, text: string, read: (cursor: Cursor) => T): T {
  if (text === '') throw invalid(`Invalid ${name}: The expression can not be empty;`);
  const size = Buffer.byteLength(text);
  if (size > maxBytes)
    throw invalid(`Invalid ${name}: Expression size has exceeded the maximum allowed size; expression size: ${size}`);
  try {
    return read(new Cursor(text));
  } catch (error) {
    if (error instanceof SyntaxFault) throw invalid(`Invalid ${name}: ${error.message}`);
    throw error;
  }
}

/** One step by name, `#placeholder` or not. */
export function readName({ cursor, scope, faults, keywords }: Parsing): string {
  const { token } = cursor;
  if (token.kind === 'name') {
    cursor.take();
    return scope.name(token.text, faults);
  }
  if (token.kind !== 'identifier' || keywords.has(token.text.toUpperCase())) cursor.fail();
  cursor.take();
  faults.checkReserved(token.text);
  return token.text;
}

export const readPath = (parsing: Parsing): Path => readSteps(parsing, [readName(parsing)]);

/** The `.name` and `[0]` that follow. */
export function readSteps(parsing: Parsing, start: Path): Path {
  const { cursor } = parsing;
  const path = [...start];
  for (;;) {
    if (cursor.takeSign('.')) path.push(readName(parsing));
    else if (cursor.takeSign('[')) {
      if (cursor.token.kind !== 'number') cursor.fail();
      path.push(Number(cursor.take().text));
      cursor.wantSign(']');
    } else return path;
  }
}
