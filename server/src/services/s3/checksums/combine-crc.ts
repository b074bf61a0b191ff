/**
 * The CRC of two concatenated texts, from the CRC of each and the second's length: computes a multipart upload's full-object checksum
 * without reading the bytes again. Multiplication of polynomials over GF(2), reflected: the highest bit is x^0. Pure.
 */
interface CrcKind {
  readonly width: 32 | 64;
  /** Reflected. */
  readonly polynomial: bigint;
}

export function combineCrc(kind: CrcKind, first: bigint, second: bigint, secondLength: number): bigint {
  return multiply(kind, shift(kind, BigInt(secondLength) * 8n), first) ^ second;
}

/** x^bits modulo the polynomial. */
function shift(kind: CrcKind, bits: bigint): bigint {
  const one = 1n << BigInt(kind.width - 1);
  let result = one;
  let power = one >> 1n;
  for (let rest = bits; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = multiply(kind, result, power);
    power = multiply(kind, power, power);
  }
  return result;
}

function multiply({ width, polynomial }: CrcKind, a: bigint, b: bigint): bigint {
  let product = 0n;
  let factor = b;
  for (let bit = 1n << BigInt(width - 1); bit > 0n; bit >>= 1n) {
    if (a & bit) product ^= factor;
    factor = factor & 1n ? (factor >> 1n) ^ polynomial : factor >> 1n;
  }
  return product;
}
