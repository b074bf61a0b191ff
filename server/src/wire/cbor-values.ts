/** AWS's shapes from and to the values of the CBOR codec: bytes stay bytes, timestamps are tag 1, big numbers tags 2 to 4. */
import { tag } from '@smithy/core/cbor';
import { NumericValue } from '@smithy/core/serde';
import type { Member, Shape, Structure } from '../models/shape.ts';
import { type JsonObject, readJson, setKey } from './json-values.ts';
import { Malformed, maxDepth } from './malformed.ts';
import { asBytes, asDate } from './text-values.ts';
import { instant } from './timestamps.ts';

const names = { jsonName: false };

export function readCbor(shape: Shape, value: unknown, depth = 0): unknown {
  if (depth > maxDepth) throw new Malformed('The document is nested too deeply');
  switch (shape.kind) {
    case 'structure':
    case 'union':
      return readStructure(shape, asMap(value), depth);
    case 'list': {
      if (!Array.isArray(value)) throw new Malformed('Unexpected field type');
      const items = value.filter((item) => item != null || shape.sparse);
      return items.map((item) => (item == null ? null : readCbor(shape.item.shape, item, depth + 1)));
    }
    case 'map': {
      const result: JsonObject = {};
      for (const [key, item] of Object.entries(asMap(value))) {
        if (item != null) setKey(result, key, readCbor(shape.value.shape, item, depth + 1));
        else if (shape.sparse) setKey(result, key, null);
      }
      return result;
    }
    case 'blob':
      if (value instanceof Uint8Array) return value;
      throw new Malformed('Unexpected field type');
    case 'timestamp':
      return readInstant(value);
    case 'number':
      return typeof value === 'bigint' ? Number(value) : readJson(shape, value, names);
    case 'bigInteger':
      if (typeof value === 'bigint') return value;
      return readJson(shape, value, names);
    case 'bigDecimal':
      if (value instanceof NumericValue) return value;
      return readJson(shape, value, names);
    default:
      return readJson(shape, value, names);
  }
}

function asMap(value: unknown): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array) {
    throw new Malformed('Unexpected field type');
  }
  return value as JsonObject;
}

function readStructure(shape: Structure, value: JsonObject, depth: number): JsonObject {
  const result: JsonObject = {};
  for (const member of shape.members) {
    const item = Object.hasOwn(value, member.name) ? value[member.name] : undefined;
    if (item != null) result[member.name] = readCbor(member.shape, item, depth + 1);
  }
  return result;
}

function readInstant(value: unknown): Date {
  const tagged = value as { tag?: unknown; value?: unknown } | undefined;
  const seconds = typeof value === 'object' && Number(tagged?.tag) === 1 ? tagged?.value : value;
  const date = typeof seconds === 'number' || typeof seconds === 'bigint' ? instant(Number(seconds) * 1000) : undefined;
  if (date === undefined) throw new Malformed('Unexpected field type');
  return date;
}

export function writeCborStructure(shape: Structure, value: JsonObject): JsonObject {
  const result: JsonObject = {};
  for (const member of shape.members) {
    const item = value[member.name];
    if (item != null) result[member.name] = writeCbor(member, item);
  }
  return result;
}

function writeCbor({ shape }: Member, value: unknown): unknown {
  switch (shape.kind) {
    case 'structure':
    case 'union':
      return writeCborStructure(shape, value as JsonObject);
    case 'list':
      return (value as unknown[])
        .filter((item) => item != null || shape.sparse)
        .map((item) => (item == null ? null : writeCbor(shape.item, item)));
    case 'map': {
      const result: JsonObject = {};
      for (const [key, item] of Object.entries(value as JsonObject)) {
        if (item != null) setKey(result, key, writeCbor(shape.value, item));
        else if (shape.sparse) setKey(result, key, null);
      }
      return result;
    }
    case 'timestamp':
      return tag({ tag: 1, value: asDate(value).getTime() / 1000 });
    case 'blob':
      return asBytes(value);
    default:
      return value;
  }
}
