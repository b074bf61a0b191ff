/** Scalars as text: in headers, labels, query strings, forms and XML. */
import { NumericValue } from '@smithy/core/serde';
import { isWhole, type WholeNumber } from '../models/number-types.ts';
import type { Member, TimestampFormat } from '../models/shape.ts';
import { Malformed } from './malformed.ts';
import { formatTimestamp, parseTimestamp } from './timestamps.ts';

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const integer = /^[+-]?\d+$/;
const base64 = /^[A-Za-z0-9+/]*={0,2}$/;

export function readText(member: Member, text: string): unknown {
  switch (member.shape.kind) {
    case 'string':
      return text;
    case 'boolean':
      return readBoolean(text);
    case 'number':
      return readNumber(text.trim(), member.shape.whole);
    case 'bigInteger':
      if (!integer.test(text.trim())) throw new Malformed(`Invalid integer: ${text}`);
      return BigInt(text.trim());
    case 'bigDecimal':
      if (!decimal.test(text.trim())) throw new Malformed(`Invalid number: ${text}`);
      return new NumericValue(text.trim(), 'bigDecimal');
    case 'timestamp': {
      const date = parseTimestamp(text.trim());
      if (date === undefined) throw new Malformed(`Invalid timestamp: ${text}`);
      return date;
    }
    case 'blob':
      return readBase64(text);
    default:
      throw new Malformed(`Unexpected text for ${member.name}`);
  }
}

function readBoolean(text: string): boolean {
  const word = text.trim().toLowerCase();
  if (word === 'true' || word === '1') return true;
  if (word === 'false' || word === '0') return false;
  throw new Malformed(`Invalid boolean: ${text}`);
}

export const isWholeText = (text: string, whole: WholeNumber): boolean =>
  integer.test(text) && isWhole(Number(text), whole);

function readNumber(text: string, whole: WholeNumber | undefined): number {
  if (whole !== undefined) {
    if (isWholeText(text, whole)) return Number(text);
    throw new Malformed(`Invalid ${whole.toLowerCase()}: ${text}`);
  }
  if (decimal.test(text)) return Number(text);
  if (text === 'NaN') return Number.NaN;
  if (text === 'Infinity') return Number.POSITIVE_INFINITY;
  if (text === '-Infinity') return Number.NEGATIVE_INFINITY;
  throw new Malformed(`Invalid number: ${text}`);
}

export function readBase64(text: string): Uint8Array {
  const compact = text.replace(/\s+/g, '');
  if (!base64.test(compact) || compact.length % 4 === 1) throw new Malformed('Invalid base64');
  return Buffer.from(compact, 'base64');
}

/** `format` is the protocol's default for this position, used if the model defines none. */
export function writeText(member: Member, value: unknown, format: TimestampFormat, wholeSeconds = true): string {
  switch (member.shape.kind) {
    case 'timestamp':
      return formatTimestamp(asDate(value), member.timestampFormat ?? format, wholeSeconds);
    case 'blob':
      return asBytes(value).toString('base64');
    case 'bigDecimal':
      return value instanceof NumericValue ? value.string : String(value);
    default:
      return String(value);
  }
}

export function asDate(value: unknown): Date {
  return value instanceof Date ? value : new Date(value as number);
}

export function asBytes(value: unknown): Buffer {
  if (typeof value === 'string') return Buffer.from(value, 'utf8');
  const bytes = value as Uint8Array;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
