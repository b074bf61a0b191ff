/**
 * AWS's shapes from and to JSON values. Reading checks types, which the SDK's own codecs (made for trusted servers) do not.
 * The messages are those of AWS's JSON services (observed in their SerializationException).
 */
import { NumericValue } from '@smithy/core/serde';
import { isWhole, type WholeNumber } from '../models/number-types.ts';
import type { List, MapShape, Member, Shape, Structure } from '../models/shape.ts';
import { Malformed, maxDepth } from './malformed.ts';
import { asBytes, asDate, readBase64 } from './text-values.ts';
import { formatTimestamp, instant, parseTimestamp } from './timestamps.ts';

export type JsonObject = Record<string, unknown>;

/** Whether names on the wire are jsonName's (rest-json) or the members' own (aws-json). */
interface JsonNames {
  readonly jsonName: boolean;
  /** Maps of unions (DynamoDB's items) are written as they are: whoever makes them gives what JSON does not have a `toJSON`. */
  readonly plainItems?: boolean;
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Malformed('Unexpected token received from parser');
  }
}

/** The text of a body as an object; an empty body is an empty object. */
export function parseJsonObject(text: string): JsonObject {
  if (text.trim() === '') return {};
  const value = parseJson(text);
  if (value === null) return {};
  if (typeof value !== 'object') throw new Malformed('Unexpected field type');
  if (Array.isArray(value)) throw new Malformed('Start of list found where not expected');
  return value as JsonObject;
}

export function readJson(shape: Shape, value: unknown, names: JsonNames, depth = 0): unknown {
  if (depth > maxDepth) throw new Malformed('The document is nested too deeply');
  switch (shape.kind) {
    case 'structure':
    case 'union':
      return readStructure(shape, value, names, depth);
    case 'list':
      return readList(shape, value, names, depth);
    case 'map':
      return readMap(shape, value, names, depth);
    case 'document':
      return shallow(value, depth);
    case 'unit':
      return {};
    case 'string':
      if (typeof value === 'string') return value;
      throw mismatch(value, 'String');
    case 'boolean':
      if (typeof value === 'boolean') return value;
      throw mismatch(value, 'Boolean');
    case 'number':
      return readNumber(value, shape.whole);
    case 'timestamp':
      return readInstant(value);
    case 'blob':
      if (typeof value === 'string') return readBase64(value);
      throw mismatch(value, 'Blob');
    case 'bigInteger':
      if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
      throw mismatch(value, 'BigInteger');
    case 'bigDecimal':
      if (typeof value === 'number') return new NumericValue(String(value), 'bigDecimal');
      throw mismatch(value, 'BigDecimal');
  }
}

/** A document may contain any JSON, but not so deeply nested that writing it would exhaust the stack. */
function shallow(value: unknown, depth: number): unknown {
  if (depth > maxDepth) throw new Malformed('The document is nested too deeply');
  if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) shallow(item, depth + 1);
  return value;
}

function mismatch(value: unknown, wanted: string): Malformed {
  if (Array.isArray(value)) return new Malformed('Start of list found where not expected');
  if (typeof value === 'object') return new Malformed('Start of structure or map found where not expected.');
  const found =
    typeof value === 'boolean' ? String(value).toUpperCase() : typeof value === 'number' ? 'NUMBER' : 'STRING';
  return new Malformed(`${found}_VALUE can not be converted to ${/^[AEIOU]/.test(wanted) ? 'an' : 'a'} ${wanted}`);
}

function readStructure(shape: Structure, value: unknown, names: JsonNames, depth: number): unknown {
  if (typeof value !== 'object' || value === null) throw new Malformed('Unexpected field type');
  if (Array.isArray(value)) throw new Malformed('Start of list found where not expected');
  const given = value as JsonObject;
  const result: JsonObject = {};
  let known = 0;
  // Iterates over the model's members: a document may have a very large number of unknown ones.
  for (const member of shape.members) {
    const key = names.jsonName ? member.jsonName : member.name;
    const item = Object.hasOwn(given, key) ? given[key] : null;
    if (item === null || item === undefined) continue;
    result[member.name] = readJson(member.shape, item, names, depth + 1);
    known++;
  }
  if (shape.kind === 'union' && known > 1) throw new Malformed(`Only one member of the union ${shape.name} may be set`);
  return result;
}

function readList(shape: List, value: unknown, names: JsonNames, depth: number): unknown {
  if (!Array.isArray(value)) {
    throw new Malformed(
      typeof value === 'object' ? 'Start of structure or map found where not expected.' : 'Unexpected field type',
    );
  }
  const result: unknown[] = [];
  for (const item of value) {
    if (item === null) {
      if (shape.sparse) result.push(null);
      continue;
    }
    result.push(readJson(shape.item.shape, item, names, depth + 1));
  }
  return result;
}

function readMap(shape: MapShape, value: unknown, names: JsonNames, depth: number): unknown {
  if (typeof value !== 'object' || value === null) throw new Malformed('Unexpected field type');
  if (Array.isArray(value)) throw new Malformed('Start of list found where not expected');
  const result: JsonObject = {};
  for (const [key, item] of Object.entries(value)) {
    if (item === null && !shape.sparse) continue;
    setKey(result, key, item === null ? null : readJson(shape.value.shape, item, names, depth + 1));
  }
  return result;
}

/** Sets a key that a user chose: `__proto__` is a key like any other and must not set the prototype. */
export function setKey(target: JsonObject, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else target[key] = value;
}

function readNumber(value: unknown, whole: WholeNumber | undefined): number {
  if (typeof value === 'number' && (whole === undefined || isWhole(value, whole))) return value;
  if (whole !== undefined) throw mismatch(value, whole);
  if (value === 'NaN') return Number.NaN;
  if (value === 'Infinity') return Number.POSITIVE_INFINITY;
  if (value === '-Infinity') return Number.NEGATIVE_INFINITY;
  throw mismatch(value, 'Integer');
}

function readInstant(value: unknown): Date {
  const date =
    typeof value === 'number' ? instant(value * 1000) : typeof value === 'string' ? parseTimestamp(value) : undefined;
  if (date === undefined) throw mismatch(value, 'Timestamp');
  return date;
}

/** Undefined members and, in lists and maps that are not sparse, nulls are left out. */
export function writeJson(
  member: Pick<Member, 'shape' | 'timestampFormat'>,
  value: unknown,
  names: JsonNames,
): unknown {
  const { shape } = member;
  switch (shape.kind) {
    case 'structure':
    case 'union':
      return writeStructure(shape, value as JsonObject, names);
    case 'list': {
      const items = value as unknown[];
      if (plainKinds.has(shape.item.shape.kind) && !items.includes(undefined) && !items.includes(null)) return items;
      return items
        .filter((item) => item != null || shape.sparse)
        .map((item) => (item == null ? null : writeJson(shape.item, item, names)));
    }
    case 'map': {
      if (names.plainItems && shape.value.shape.kind === 'union') return value;
      const result: JsonObject = {};
      for (const [key, item] of Object.entries(value as JsonObject)) {
        if (item != null) setKey(result, key, writeJson(shape.value, item, names));
        else if (shape.sparse && item === null) setKey(result, key, null);
      }
      return result;
    }
    case 'number':
      if (typeof value === 'bigint') return rawNumber(String(value));
      return Number.isFinite(value) ? value : String(value);
    case 'timestamp': {
      const format = member.timestampFormat ?? 'epoch-seconds';
      const date = asDate(value);
      return format === 'epoch-seconds' ? date.getTime() / 1000 : formatTimestamp(date, format);
    }
    case 'blob':
      return asBytes(value).toString('base64');
    case 'bigInteger':
      return typeof value === 'bigint' ? rawNumber(String(value)) : value;
    case 'bigDecimal':
      return value instanceof NumericValue ? rawNumber(value.string) : value;
    default:
      return value;
  }
}

const plainKinds = new Set(['string', 'boolean', 'document']);

/** A number with more digits than a double can hold. */
function rawNumber(text: string): unknown {
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(text);
}

export function writeStructure(shape: Structure, value: JsonObject, names: JsonNames): JsonObject {
  const result: JsonObject = {};
  for (const member of shape.members) {
    const item = value[member.name];
    if (item == null) continue;
    result[names.jsonName ? member.jsonName : member.name] = writeJson(member, item, names);
  }
  return result;
}
