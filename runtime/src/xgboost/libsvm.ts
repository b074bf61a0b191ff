/** libsvm text: `label[:weight] index:value …`, indices as they are (from 0), a missing index is a missing value. */
import { ClientError } from '../contract/client-error.ts';
import { parseNumber } from './csv.ts';
import { textStart } from './line-pieces.ts';

export interface SparseTable {
  readonly labels: number[];
  readonly weights: number[];
  /** One more than rows. */
  readonly offsets: number[];
  readonly columns: number[];
  readonly values: number[];
}

const maxFeatures = 2 ** 24;
const newline = 0x0a;
const colon = 0x3a;
const hash = 0x23;
const isSpace = (byte: number | undefined) => byte === 0x20 || byte === 0x09 || byte === 0x0d;

/** Takes a file piece by piece, in whole lines, and adds its rows to `into`. Throws ClientError naming file, line and the fix. */
export function libsvmReader(name: string, into: SparseTable): (piece: Uint8Array) => void {
  let line = 1;
  return (bytes) => {
    for (let at = line === 1 ? textStart(bytes) : 0; at < bytes.length; line++) {
      let end = bytes.indexOf(newline, at);
      if (end === -1) end = bytes.length;
      const comment = bytes.subarray(at, end).indexOf(hash);
      parseLine(bytes, at, comment === -1 ? end : at + comment, into, `${name}, line ${line}`);
      at = end + 1;
    }
  };
}

function parseLine(bytes: Uint8Array, from: number, to: number, into: SparseTable, where: string): void {
  let isLabel = true;
  for (let at = from; at < to; ) {
    while (at < to && isSpace(bytes[at])) at += 1;
    let end = at;
    while (end < to && !isSpace(bytes[end])) end += 1;
    if (end === at) break;
    const middle = bytes.subarray(at, end).indexOf(colon);
    if (isLabel) {
      const stop = middle === -1 ? end : at + middle;
      into.labels.push(numberAt(bytes, at, stop, at, end, where));
      const weight = middle === -1 ? 1 : numberAt(bytes, stop + 1, end, at, end, where);
      if (!(weight >= 0)) throw new ClientError(`${where}: the weight ${weight} is not a number from 0 on`);
      into.weights.push(weight);
      isLabel = false;
    } else if (middle > 0) parsePair(bytes, at, at + middle, end, into, where);
    else throw malformed(bytes, at, end, where);
    at = end;
  }
  if (!isLabel) into.offsets.push(into.values.length);
}

function parsePair(bytes: Uint8Array, at: number, middle: number, end: number, into: SparseTable, where: string): void {
  const index = Buffer.from(bytes.subarray(at, middle)).toString('latin1');
  if (index === 'qid') throw new ClientError(`${where}: qid (ranking groups) is not supported by Clary yet`);
  if (!/^\d+$/.test(index)) throw malformed(bytes, at, end, where);
  // As many as a model may have to be served; the library's memory grows with the greatest index.
  if (!(Number(index) < maxFeatures))
    throw new ClientError(`${where}: the index ${index} is too large: at most ${maxFeatures} features are trained on`);
  into.columns.push(Number(index));
  into.values.push(numberAt(bytes, middle + 1, end, at, end, where));
}

/** The number in from..to of the token in tokenFrom..tokenTo. */
function numberAt(
  bytes: Uint8Array,
  from: number,
  to: number,
  tokenFrom: number,
  tokenTo: number,
  where: string,
): number {
  const value = from === to ? undefined : parseNumber(bytes, from, to);
  if (value === undefined) throw malformed(bytes, tokenFrom, tokenTo, where);
  if (Math.abs(Math.fround(value)) === Infinity)
    throw new ClientError(`${where}: ${value} is infinite or too large for a 32-bit float`);
  return value;
}

function malformed(bytes: Uint8Array, from: number, to: number, where: string): ClientError {
  const token = Buffer.from(bytes.subarray(from, Math.min(to, from + 40))).toString('utf8');
  return new ClientError(
    `${where}: "${token}" is not libsvm. A line is "label index:value index:value …"; for CSV give the channel the ContentType text/csv`,
  );
}
