/** Equality and order of values. Values of different types are never equal, and only numbers, texts and binaries have an order. */
import { compareDecimals, type Decimal, parseDecimal, zero } from './decimal.ts';
import { attributeOf, typeOf, type Value } from './value.ts';

export const decimalIn = (text: string): Decimal => parseDecimal(text) ?? zero;

export function equal(one: Value, other: Value): boolean {
  const type = typeOf(one);
  if (type !== typeOf(other)) return false;
  switch (type) {
    case 'SS':
    case 'NS':
    case 'BS':
      return sameSet(one[type] ?? [], other[type] ?? []);
    case 'L':
      return sameList(one.L ?? [], other.L ?? []);
    case 'M': {
      const [map = {}, otherMap = {}] = [one.M, other.M];
      const names = Object.keys(map);
      if (names.length !== Object.keys(otherMap).length) return false;
      return names.every((name) => {
        const counterpart = attributeOf(otherMap, name);
        return counterpart !== undefined && equal(map[name] as Value, counterpart);
      });
    }
    default:
      return one[type] === other[type];
  }
}

function sameSet(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length) return false;
  const members = new Set(one);
  return other.every((member) => members.has(member));
}

const sameList = (one: readonly Value[], other: readonly Value[]) =>
  one.length === other.length && one.every((item, at) => equal(item, other[at] as Value));

/** Below, at or above zero; undefined where the two have no order. */
export function order(one: Value, other: Value): number | undefined {
  if (one.N !== undefined && other.N !== undefined) return compareDecimals(decimalIn(one.N), decimalIn(other.N));
  if (one.S !== undefined && other.S !== undefined) return compareTexts(one.S, other.S);
  if (one.B !== undefined && other.B !== undefined) return Buffer.compare(bytesIn(one.B), bytesIn(other.B));
  return undefined;
}

/** By their UTF-8 bytes. UTF-16 has the same order where no surrogate is met. */
function compareTexts(one: string, other: string): number {
  if (one === other) return 0;
  return Buffer.compare(Buffer.from(one, 'utf8'), Buffer.from(other, 'utf8'));
}

/** Of bytes in base64. */
export function binaryLength(text: string): number {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return (text.length / 4) * 3 - padding;
}

export const bytesIn = (base64: string): Buffer => Buffer.from(base64, 'base64');

/** Of texts, sets and lists. */
export function contains(whole: Value, part: Value): boolean {
  if (whole.S !== undefined) return part.S !== undefined && whole.S.includes(part.S);
  if (whole.B !== undefined) return part.B !== undefined && bytesIn(whole.B).includes(bytesIn(part.B));
  if (whole.SS !== undefined) return part.S !== undefined && whole.SS.includes(part.S);
  if (whole.NS !== undefined) return part.N !== undefined && whole.NS.includes(part.N);
  if (whole.BS !== undefined) return part.B !== undefined && whole.BS.includes(part.B);
  return whole.L?.some((item) => equal(item, part)) ?? false;
}

export function beginsWith(whole: Value, part: Value): boolean {
  if (whole.S !== undefined) return part.S !== undefined && whole.S.startsWith(part.S);
  if (whole.B === undefined || part.B === undefined) return false;
  const start = bytesIn(part.B);
  return bytesIn(whole.B).subarray(0, start.length).equals(start);
}
