/**
 * Sizes of items in bytes, by which DynamoDB limits and counts:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
import { binaryLength } from './compare.ts';
import { parseDecimal } from './decimal.ts';
import type { Item, Value } from './value.ts';

export const maxItemBytes = 400 * 1024;

export function itemSize(item: Item): number {
  let size = 0;
  for (const name of Object.keys(item)) size += textSize(name) + valueSize(item[name] as Value);
  return size;
}

export function textSize(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

/** A byte for two digits, one for the exponent, one where it is negative. */
function numberSize(text: string): number {
  const decimal = parseDecimal(text);
  if (decimal === undefined || decimal.digits === '') return 1;
  const { digits, exponent, negative } = decimal;
  const isOdd = digits.length % 2 === 1 || exponent % 2 !== 0;
  return 1 + Math.ceil(digits.length / 2) + (isOdd ? 0 : 1) + (negative ? 1 : 0);
}

const sum = (texts: readonly string[], size: (text: string) => number) =>
  texts.reduce((total, text) => total + size(text), 0);

export function valueSize(value: Value): number {
  if (value.S !== undefined) return textSize(value.S);
  if (value.N !== undefined) return numberSize(value.N);
  if (value.B !== undefined) return binaryLength(value.B);
  if (value.SS !== undefined) return sum(value.SS, textSize);
  if (value.NS !== undefined) return sum(value.NS, numberSize);
  if (value.BS !== undefined) return sum(value.BS, binaryLength);
  if (value.L !== undefined) return value.L.reduce((total, item) => total + 1 + valueSize(item), 3);
  if (value.M !== undefined) return 3 + Object.keys(value.M).length + itemSize(value.M);
  return 1;
}
