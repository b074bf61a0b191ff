/** One row of test data, whatever file it came from. Reading goes row by row, so that a file larger than the memory is no matter. */

import { createReadStream } from 'node:fs';
import { ClientError } from '../../contract/client-error.ts';
import { readNumber } from '../../csv-number.ts';

export interface Row {
  /** As it is written; what it means is the problem's matter. */
  readonly label: string;
  /** NaN is missing. */
  readonly features: readonly number[];
  /** Of the features, where the file has any. */
  readonly names?: readonly string[];
}

/** For messages: file and line. */
export interface Place {
  readonly name: string;
  readonly line: number;
}

export const at = ({ name, line }: Place) => `${name}, line ${line}`;

const longestLine = 16 * 2 ** 20;

/** The file's lines without their ends. */
export async function* linesOf(file: string, name: string): AsyncGenerator<string> {
  let rest = '';
  let isFirst = true;
  for await (const chunk of createReadStream(file, { encoding: 'utf8', highWaterMark: 1 << 20 })) {
    const lines = (rest + (isFirst ? (chunk as string).replace(/^\ufeff/, '') : chunk)).split('\n');
    isFirst = false;
    rest = lines.pop() ?? '';
    if (rest.length > longestLine) throw new ClientError(`${name} has a line of more than ${longestLine} characters`);
    for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line;
  }
  if (rest !== '') yield rest.endsWith('\r') ? rest.slice(0, -1) : rest;
}

/** Undefined for text that is no finite number, NaN for an empty cell or `nan`. */
export function toNumber(cell: string): number | undefined {
  const value = readNumber(cell);
  return value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY ? undefined : value;
}

/** A feature's cell. `what` names it in messages. */
export function featureOf(cell: string, place: Place, what: string): number {
  const value = toNumber(cell);
  if (value !== undefined) return value;
  throw new ClientError(
    `${at(place)}, ${what}: "${cell.trim().slice(0, 40)}" is not a finite number. Encode text as numbers and leave a missing cell empty`,
  );
}
