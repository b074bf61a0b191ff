/** Numbers of CSV and libsvm cells, for training, endpoints and evaluation: what Python's float() reads, without its underscores. */

/** Up to so many digits a mantissa and a power of ten are exact doubles, so that their quotient is the nearest double. */
export const exactDigits = 15;
export const powersOfTen = Float64Array.from({ length: exactDigits + 1 }, (_, i) => 10 ** i);

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const notNumber = /^[+-]?nan$/i;
const infinite = /^([+-]?)inf(?:inity)?$/i;

/** NaN for an empty cell and for `nan`, infinite for `inf`; undefined for other text. */
export function readNumber(cell: string): number | undefined {
  const text = cell.trim();
  if (text === '' || notNumber.test(text)) return Number.NaN;
  if (decimal.test(text)) return Number(text);
  const [, sign] = infinite.exec(text) ?? [];
  if (sign === undefined) return undefined;
  return sign === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}
