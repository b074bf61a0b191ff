/** Values from a request: checked, in AWS's words and order, and turned into the form in which they are kept. */
import { invalid, invalidParameter } from '../invalid.ts';
import { formatDecimal, outOfRange, parseDecimal } from './decimal.ts';
import { type Item, setAttribute, type Value, type ValueType } from './value.ts';

/** As the SDK types them; over the wire more than one member may be there. */
export type GivenValue = object;

/** In the order in which AWS looks at them. */
const types: readonly ValueType[] = ['S', 'B', 'N', 'BOOL', 'NULL', 'BS', 'NS', 'SS', 'L', 'M'];
/** Maps and lists around a scalar; observed on AWS. */
const maxLevels = 31;

export function readItem(given: Readonly<Record<string, unknown>>): Item {
  const item: Record<string, Value> = {};
  for (const name of Object.keys(given)) setAttribute(item, name, readValue(given[name] as GivenValue));
  return item;
}

export function readValue(given: GivenValue, level = 0): Value {
  if (level > maxLevels)
    throw invalid(
      'Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit',
    );
  let value: Value | undefined;
  let count = 0;
  for (const type of types) {
    const content = (given as Readonly<Record<string, unknown>>)[type];
    if (content === undefined || content === null) continue;
    value = readOne(type, content, level);
    count++;
  }
  if (value === undefined)
    throw invalid('Supplied AttributeValue is empty, must contain exactly one of the supported datatypes');
  if (count > 1)
    throw invalid(
      'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
    );
  return value;
}

function readOne(type: ValueType, content: unknown, level: number): Value {
  switch (type) {
    case 'S':
      return { S: content as string };
    case 'N':
      return { N: readNumber(content as string) };
    case 'B':
      return { B: base64(content) };
    case 'BOOL':
      return { BOOL: content as boolean };
    case 'NULL':
      if (content !== true) throw invalidParameter('Null attribute value types must have the value of true');
      return { NULL: true };
    case 'SS':
      return { SS: readStrings(content as string[]) };
    case 'NS':
      return { NS: readNumbers(content as string[]) };
    case 'BS':
      return { BS: readBinaries(content as Uint8Array[]) };
    case 'L':
      return { L: (content as GivenValue[]).map((item) => readValue(item ?? {}, level + 1)) };
    case 'M':
      return { M: readMap(content as Record<string, GivenValue>, level) };
  }
}

function readMap(given: Readonly<Record<string, GivenValue>>, level: number): Item {
  const map: Record<string, Value> = {};
  for (const name of Object.keys(given)) setAttribute(map, name, readValue(given[name] ?? {}, level + 1));
  return map;
}

/** The common case: a whole number as it is written. */
const plain = /^(?:0|-?[1-9]\d{0,14})$/;

export function readNumber(text: string): string {
  if (plain.test(text)) return text;
  if (text === '') throw invalid('The parameter cannot be converted to a numeric value');
  const decimal = parseDecimal(text);
  if (decimal === undefined) throw invalid(`The parameter cannot be converted to a numeric value: ${text}`);
  const fault = outOfRange(decimal);
  if (fault !== undefined) throw invalid(fault);
  return formatDecimal(decimal);
}

function readStrings(given: readonly string[]): readonly string[] {
  if (given.length === 0) throw invalidParameter('An string set  may not be empty');
  if (new Set(given).size < given.length)
    throw invalidParameter(`Input collection [${given.join(', ')}] contains duplicates.`);
  return given;
}

function readNumbers(given: readonly string[]): readonly string[] {
  if (given.length === 0) throw invalidParameter('An number set  may not be empty');
  const numbers = given.map(readNumber);
  if (new Set(numbers).size < numbers.length) throw invalid('Input collection contains duplicates');
  return numbers;
}

function readBinaries(given: readonly unknown[]): readonly string[] {
  if (given.length === 0) throw invalidParameter('Binary sets should not be empty');
  const binaries = given.map(base64);
  if (new Set(binaries).size < binaries.length)
    throw invalidParameter(`Input collection [${binaries.join(', ')}]of type BS contains duplicates.`);
  return binaries;
}

function base64(given: unknown): string {
  if (typeof given === 'string') return Buffer.from(given).toString('base64');
  const { buffer, byteOffset, byteLength } = given as Uint8Array;
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}
