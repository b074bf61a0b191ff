/**
 * Values as PostgreSQL takes and gives them. Its text cannot hold U+0000, and text read as `json` cannot hold the escape of it. Both are stored in another form,
 * which sorts like the original (the escape excepted, which only documents contain): U+0000 as 01 01, U+0001 as 01 02, the escape as U+E000 and a digit.
 */
import { types } from 'pg';

const toEncode = ['\0', '\x01', '\ue000', '\\u0000'];
/** An escape counts only where its backslash is not itself escaped. */
const nulEscape = /(?<!\\)((?:\\\\)*)\\u0000/g;

export function encodeText(text: string): string {
  if (!toEncode.some((part) => text.includes(part))) return text;
  return text
    .replaceAll('\x01', '\x01\x02')
    .replaceAll('\0', '\x01\x01')
    .replaceAll('\ue000', '\ue0001')
    .replace(nulEscape, '$1\ue0002');
}

const decoded: readonly (readonly [string, string])[] = [
  ['\x01\x01', '\0'],
  ['\x01\x02', '\x01'],
  ['\ue0002', '\\u0000'],
  ['\ue0001', '\ue000'],
];
const encoded = new RegExp(decoded.map(([stored]) => stored).join('|'), 'g');
const originals = new Map(decoded);

export function decodeText(text: string): string {
  if (!text.includes('\x01') && !text.includes('\ue000')) return text;
  return text.replace(encoded, (stored) => originals.get(stored) ?? stored);
}

export function parameterOf(value: unknown): unknown {
  if (value === undefined) return null;
  if (typeof value === 'string') return encodeText(value);
  if (typeof value === 'boolean') return Number(value);
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return value;
}

/** By PostgreSQL's type numbers: bool, int8, numeric; then text, varchar, citext's like text. */
const parsers: Readonly<Record<number, (text: string) => unknown>> = {
  16: (text) => (text === 't' ? 1 : 0),
  20: Number,
  1700: Number,
  17: (text) => new Uint8Array(Buffer.from(text.slice(2), 'hex')),
};
/** Numbers that `pg` reads by itself: int2, int4, float4, float8, oid. */
const numbers: ReadonlySet<number> = new Set([21, 23, 26, 700, 701]);

/** Returns the same values as SQLite: integers and sums as numbers, truth as 0 or 1, bytes as Uint8Array. */
export const typeParsers = {
  getTypeParser(oid: number, format?: 'text' | 'binary'): (text: string) => unknown {
    const parser = parsers[oid];
    if (parser) return parser;
    return numbers.has(oid) ? types.getTypeParser(oid, format as 'text') : decodeText;
  },
};
