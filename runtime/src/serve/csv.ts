/**
 * text/csv bodies: features only, straight from bytes into the row. Reads what the container's reader reads (encoder.py, csv_to_dmatrix(): another
 * delimiter may be used, an empty cell or `nan` is a missing value), and gives each cell the float32 that Python's float() and XGBoost would.
 */
import type { Predictions } from './predictions.ts';
import { infiniteValue, unparsable, wrongFeatureCount } from './request-error.ts';

const newline = 10;
const comma = 44;
const otherDelimiters = [';', '\t', '|', ' '].map((character) => character.charCodeAt(0));
/** Up to here mantissa and power of ten are exact doubles, so that their quotient is the correctly rounded value. */
const exactDigits = 15;
const powersOfTen = Float64Array.from({ length: exactDigits + 1 }, (_, power) => 10 ** power);

export function readCsv(bytes: Buffer, from: number, to: number, predictions: Predictions): void {
  let at = from;
  let end = to;
  while (at < end && isBlank(bytes[at] as number)) at++;
  while (end > at && isBlank(bytes[end - 1] as number)) end--;
  if (at === end) throw unparsable('csv', 'Could not determine delimiter');
  const { features, values } = predictions;
  const delimiter = features === 1 ? comma : delimiterOf(bytes, at, end);
  let column = 0;
  for (;;) {
    const start = at;
    let byte = at < end ? (bytes[at] as number) : newline;
    const isNegative = byte === 45;
    if (isNegative || byte === 43) byte = ++at < end ? (bytes[at] as number) : newline;
    let mantissa = 0;
    const digitsStart = at;
    while (byte >= 48 && byte <= 57) {
      mantissa = mantissa * 10 + (byte - 48);
      byte = ++at < end ? (bytes[at] as number) : newline;
    }
    let digits = at - digitsStart;
    let decimals = 0;
    if (byte === 46) {
      const decimalsStart = at + 1;
      byte = ++at < end ? (bytes[at] as number) : newline;
      while (byte >= 48 && byte <= 57) {
        mantissa = mantissa * 10 + (byte - 48);
        byte = ++at < end ? (bytes[at] as number) : newline;
      }
      decimals = at - decimalsStart;
      digits += decimals;
    }
    let value: number;
    if ((byte === delimiter || byte === newline) && digits > 0 && digits <= exactDigits) {
      value = mantissa / (powersOfTen[decimals] as number);
      if (isNegative) value = -value;
    } else {
      while (byte !== delimiter && byte !== newline) byte = ++at < end ? (bytes[at] as number) : newline;
      value = otherNumber(bytes.toString('utf8', start, at));
    }
    if (column < features) {
      const place = predictions.at + column;
      values[place] = value;
      const stored = values[place] as number;
      if (stored === Number.POSITIVE_INFINITY || stored === Number.NEGATIVE_INFINITY)
        throw unparsable('csv', infiniteValue);
    }
    column++;
    if (byte === newline) {
      if (column !== features) throw wrongFeatureCount('csv', column, features);
      predictions.endRow();
      column = 0;
      if (at >= end) return;
    }
    at++;
  }
}

function isBlank(byte: number): boolean {
  return byte === 32 || (byte >= 9 && byte <= 13);
}

/** Python's csv.Sniffer, as far as numbers need it: what stands between the values of the first line. */
function delimiterOf(bytes: Buffer, from: number, to: number): number {
  const lineEnd = bytes.indexOf(newline, from);
  const end = lineEnd < 0 || lineEnd > to ? to : lineEnd;
  for (let at = from; at < end; at++) if (bytes[at] === comma) return comma;
  for (const delimiter of otherDelimiters) {
    for (let at = from; at < end; at++) if (bytes[at] === delimiter) return delimiter;
  }
  return comma;
}

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const notNumber = /^[+-]?nan$/i;
const infinite = /^[+-]?inf(?:inity)?$/i;

/** What Python's float() accepts beyond plain digits. */
function otherNumber(cell: string): number {
  const text = cell.trim();
  if (cell === '' || notNumber.test(text)) return Number.NaN;
  if (decimal.test(text)) return Number(text);
  if (infinite.test(text)) return Number.POSITIVE_INFINITY;
  throw unparsable('csv', `could not convert string to float: '${cell.slice(0, 100)}'`);
}
