/**
 * text/csv bodies: features only, straight from bytes into the row. Reads what the container's reader reads (encoder.py, csv_to_dmatrix(): another
 * delimiter may be used, an empty cell or `nan` is a missing value), and gives each cell the float32 that Python's float() and XGBoost would.
 */
import { exactDigits, powersOfTen, readNumber } from '../csv-number.ts';
import { comma, delimiterOf } from '../delimiter.ts';
import type { Predictions } from './predictions.ts';
import { infiniteValue, unparsable, wrongFeatureCount } from './request-error.ts';

const newline = 10;
const plus = 43;
const minus = 45;
const point = 46;
const zero = 48;
const nine = 57;

export function readCsv(bytes: Buffer, from: number, to: number, predictions: Predictions): void {
  let at = from;
  let end = to;
  while (at < end && isBlank(bytes[at] as number)) at++;
  while (end > at && isBlank(bytes[end - 1] as number)) end--;
  if (at === end) throw unparsable('csv', 'Could not determine delimiter');
  const { features, values } = predictions;
  const delimiter = features === 1 ? comma : delimiterOf(bytes, at, end);
  for (let column = 0; ; ) {
    // Columns too many are read all the same, into the place of the last: how many there are belongs into the answer.
    const place = predictions.at + (column < features ? column : features - 1);
    at = readCell(bytes, at, end, delimiter, values, place);
    const value = values[place] as number;
    if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY)
      throw unparsable('csv', infiniteValue);
    column++;
    if (at >= end || bytes[at] === newline) {
      if (column !== features) throw wrongFeatureCount('csv', column, features);
      predictions.endRow();
      if (at >= end) return;
      column = 0;
    }
    at++;
  }
}

/** Stores the value of the cell that begins at `start`; answers where it ends. */
function readCell(
  bytes: Buffer,
  start: number,
  end: number,
  delimiter: number,
  values: Float32Array,
  place: number,
): number {
  let at = start;
  // The end of the body is the end of a line; bytes after it are not part of the body.
  let byte = at < end ? (bytes[at] as number) : newline;
  const isNegative = byte === minus;
  if (isNegative || byte === plus) byte = ++at < end ? (bytes[at] as number) : newline;
  let mantissa = 0;
  let digits = -at;
  while (byte >= zero && byte <= nine) {
    mantissa = mantissa * 10 + (byte - zero);
    byte = ++at < end ? (bytes[at] as number) : newline;
  }
  digits += at;
  let decimals = 0;
  if (byte === point) {
    decimals = -at - 1;
    byte = ++at < end ? (bytes[at] as number) : newline;
    while (byte >= zero && byte <= nine) {
      mantissa = mantissa * 10 + (byte - zero);
      byte = ++at < end ? (bytes[at] as number) : newline;
    }
    decimals += at;
    digits += decimals;
  }
  if ((byte === delimiter || byte === newline) && digits > 0 && digits <= exactDigits) {
    const size = mantissa / (powersOfTen[decimals] as number);
    values[place] = isNegative ? -size : size;
    return at;
  }
  while (byte !== delimiter && byte !== newline) byte = ++at < end ? (bytes[at] as number) : newline;
  values[place] = otherNumber(bytes.toString('utf8', start, at));
  return at;
}

function isBlank(byte: number): boolean {
  return byte === 32 || (byte >= 9 && byte <= 13);
}

function otherNumber(cell: string): number {
  const value = readNumber(cell);
  // Cells of blanks alone are no missing values.
  if (value === undefined || (cell !== '' && cell.trim() === ''))
    throw unparsable('csv', `could not convert string to float: '${cell.slice(0, 100)}'`);
  return value;
}
