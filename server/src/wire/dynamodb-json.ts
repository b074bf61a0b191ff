/**
 * DynamoDB's dialect of aws-json: its reader's own texts (observed on AWS, recorded in dynalite's test-suite), unions that may hold several members (the
 * service refuses them in its own words), names of errors with their namespace, and the CRC-32 of the answer, which boto3 checks.
 */
import { crc32 } from 'node:zlib';
import type { AwsError } from '../contract/aws-error.ts';
import type { ServiceModel } from '../models/service-model.ts';
import type { List, MapShape, Shape, Structure } from '../models/shape.ts';
import { type JsonObject, setKey } from './json-values.ts';
import { Malformed } from './malformed.ts';

/** 32 levels of maps and lists take two levels of JSON each, and the request some around them. */
const maxDepth = 96;

/** Where a value is: a member of a structure, an item of a list or map, an item that is itself a list or map. */
type Position = 'member' | 'item';

const namespace = 'com.amazonaws.dynamodb.v20120810';
const notExpected = 'Start of structure or map found where not expected';
/** What AWS answers where a list or map is wanted inside a list or map. */
const badCast =
  "class sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl cannot be cast to class java.lang.Class (sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl and java.lang.Class are in module java.base of loader 'bootstrap')";

const isNull = (value: unknown): value is null | undefined => value === null || value === undefined;

export function readDynamoDb(shape: Structure, given: JsonObject): JsonObject {
  return readMembers(shape, given, 0);
}

function readMembers(shape: Structure, given: JsonObject, depth: number): JsonObject {
  if (depth > maxDepth) throw new Malformed('The document is nested too deeply');
  const result: JsonObject = {};
  for (const { name, shape: wanted } of shape.members) {
    if (!Object.hasOwn(given, name)) continue;
    const value = given[name];
    if (!isNull(value)) result[name] = read(wanted, value, 'member', depth + 1);
  }
  return result;
}

function read(shape: Shape, value: unknown, position: Position, depth: number): unknown {
  switch (shape.kind) {
    case 'string':
      if (typeof value === 'string') return value;
      throw mismatch(value, 'String');
    case 'structure':
    case 'union':
      if (typeof value !== 'object')
        throw new Malformed(position === 'member' ? 'Unexpected field type' : 'Unexpected value type in payload');
      if (Array.isArray(value))
        throw new Malformed(`Unrecognized collection type class ${namespace}.${javaName(shape)}`);
      return readMembers(shape, (value ?? {}) as JsonObject, depth);
    case 'list':
      return readList(shape, value, position, depth);
    case 'map':
      return readMap(shape, value, position, depth);
    case 'boolean':
      return readBoolean(value);
    case 'number':
      if (typeof value === 'number') return shape.whole === undefined ? value : Math.floor(value);
      throw mismatch(value, shape.whole ?? 'Double');
    case 'blob':
      return readBlob(value);
    case 'timestamp':
      if (typeof value === 'number') return new Date(value * 1000);
      throw mismatch(value, 'Date');
    default:
      return value;
  }
}

function readList(shape: List, value: unknown, position: Position, depth: number): unknown[] {
  if (typeof value !== 'object') throw new Malformed(position === 'member' ? 'Unexpected field type' : badCast);
  if (!Array.isArray(value)) throw new Malformed(notExpected);
  const { shape: item } = shape.item;
  const isStructure = item.kind === 'structure' || item.kind === 'union';
  const result: unknown[] = [];
  for (const element of value) {
    if (!isNull(element)) result.push(read(item, element, 'item', depth + 1));
    // An empty structure is refused by what reads it, as on AWS.
    else if (isStructure) result.push({});
  }
  return result;
}

function readMap(shape: MapShape, value: unknown, position: Position, depth: number): JsonObject {
  if (typeof value !== 'object') throw new Malformed(position === 'member' ? 'Unexpected field type' : badCast);
  if (Array.isArray(value))
    throw new Malformed(`Unrecognized collection type java.util.Map<java.lang.String, ${typeName(shape.value.shape)}>`);
  const result: JsonObject = {};
  for (const [key, element] of Object.entries(value as JsonObject))
    if (!isNull(element)) setKey(result, key, read(shape.value.shape, element, 'item', depth + 1));
  return result;
}

/** The type of a map's values, as Java prints it. */
function typeName(shape: Shape): string {
  if (shape.kind === 'structure' || shape.kind === 'union') return `${namespace}.${javaName(shape)}`;
  if (shape.kind === 'list') return `java.util.List<${typeName(shape.item.shape)}>`;
  return 'java.lang.String';
}

const javaName = ({ name }: Structure) => name;

const truths: Readonly<Record<string, boolean>> = {
  TRUE: true,
  YES: true,
  '1': true,
  FALSE: false,
  NO: false,
  '0': false,
};

function readBoolean(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') throw mismatch(value, 'Boolean');
  const truth = Object.hasOwn(truths, value.toUpperCase()) ? truths[value.toUpperCase()] : undefined;
  if (truth === undefined) throw new Malformed('Unexpected token received from parser');
  return truth;
}

function readBlob(value: unknown): Buffer {
  if (Array.isArray(value)) throw new Malformed('Unrecognized collection type class java.nio.ByteBuffer');
  if (typeof value === 'object') throw new Malformed(notExpected);
  if (typeof value !== 'string') throw new Malformed('only base-64-encoded strings are convertible to bytes');
  if (value.length % 4 !== 0)
    throw new Malformed(`Base64 encoded length is expected a multiple of 4 bytes but found: ${value.length}`);
  const bytes = Buffer.from(value, 'base64');
  if (bytes.toString('base64') !== value) throw new Malformed('Invalid last non-pad Base64 character dectected');
  return bytes;
}

function mismatch(value: unknown, wanted: string): Malformed {
  if (Array.isArray(value)) return new Malformed(`Unrecognized collection type class java.lang.${wanted}`);
  if (typeof value === 'object') return new Malformed(notExpected);
  const found =
    typeof value === 'boolean'
      ? String(value).toUpperCase()
      : typeof value === 'string'
        ? 'STRING'
        : Number.isInteger(value)
          ? 'NUMBER'
          : 'DECIMAL';
  return new Malformed(`${found}_VALUE cannot be converted to ${wanted}`);
}

/** Errors that the model does not have come from the layers before the service. */
export function dynamoDbErrorType(model: ServiceModel, { code }: AwsError): string {
  if (model.errors.has(code)) return `${namespace}#${code}`;
  return `com.amazon.coral.${code === 'ValidationException' ? 'validate' : 'service'}#${code}`;
}

/** Those of the layers before the service that write the message's name in upper case. */
const upperCase: ReadonlySet<string> = new Set(['SerializationException', 'AccessDeniedException']);

export const dynamoDbMessageName = ({ code }: AwsError): string => (upperCase.has(code) ? 'Message' : 'message');

export const checksumHeader = (body: string): Record<string, string> => ({ 'x-amz-crc32': String(crc32(body)) });
