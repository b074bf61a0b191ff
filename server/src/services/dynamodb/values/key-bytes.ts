/**
 * Keys as bytes whose order is DynamoDB's, so that a query is one range of an index on either database.
 *
 * An entry's key: three bytes of the hash key's digest (they spread a scan, and its segments), the hash key, the sort key. In an index the item's own key
 * follows in the same form. Texts and binaries: their bytes, 00 as 00 FF, ended by 00 01. Numbers: a byte for the sign, one for the exponent, two digits a
 * byte from 1 on, ended by 00; those below zero with each byte inverted.
 */
import { hash } from 'node:crypto';
import { bytesIn, decimalIn } from './compare.ts';
import type { Decimal } from './decimal.ts';
import type { KeyType } from './value.ts';

/** A key attribute's type and content. */
export interface KeyPart {
  readonly type: KeyType;
  readonly text: string;
}

const end = Buffer.from([0, 1]);
const noBytes = Buffer.alloc(0);

const contentOf = ({ type, text }: KeyPart): Buffer => (type === 'B' ? bytesIn(text) : Buffer.from(text, 'utf8'));

/** With its end, so that no part is the start of another. */
export function partBytes(part: KeyPart): Buffer {
  return part.type === 'N' ? numberBytes(decimalIn(part.text)) : Buffer.concat([escaped(contentOf(part)), end]);
}

/** What every text or binary that starts so has in front. */
export const prefixBytes = (part: KeyPart): Buffer => escaped(contentOf(part));

function escaped(bytes: Buffer): Buffer {
  if (!bytes.includes(0)) return bytes;
  const result: number[] = [];
  for (const byte of bytes) {
    result.push(byte);
    if (byte === 0) result.push(0xff);
  }
  return Buffer.from(result);
}

function numberBytes({ negative, digits, exponent }: Decimal): Buffer {
  if (digits === '') return Buffer.from([1]);
  const length = Math.ceil(digits.length / 2);
  const bytes = Buffer.alloc(length + 3);
  bytes[0] = 2;
  bytes[1] = exponent + 130;
  for (let at = 0; at < length; at++) bytes[at + 2] = Number(digits.slice(2 * at, 2 * at + 2).padEnd(2, '0')) + 1;
  if (negative) {
    for (let at = 1; at < bytes.length; at++) bytes[at] = 0xff - (bytes[at] ?? 0);
    bytes[0] = 0;
  }
  return bytes;
}

export function keyBytes(hashKey: KeyPart, sortKey: KeyPart | undefined): Buffer {
  const start = [digest(hashKey, undefined), partBytes(hashKey)];
  return Buffer.concat(sortKey === undefined ? start : [...start, partBytes(sortKey)]);
}

/** What is appended in an index: entries that share the index's key are in the order of a digest of the item's. */
export function ownBytes(hashKey: KeyPart, sortKey: KeyPart | undefined): Buffer {
  return Buffer.concat([
    digest(hashKey, sortKey),
    partBytes(hashKey),
    sortKey === undefined ? noBytes : partBytes(sortKey),
  ]);
}

/**
 * DynamoDB's order of hash keys, which a scan shows: by an MD5 of a constant and the key. dynalite's test-suite has the orders that were observed on AWS.
 */
function digest(hashKey: KeyPart, sortKey: KeyPart | undefined): Buffer {
  const sort = sortKey === undefined ? noBytes : digestedBytes(sortKey);
  return hash('md5', Buffer.concat([salt, digestedBytes(hashKey), sort]), 'buffer').subarray(0, 3);
}

const salt = Buffer.from('Outliers');

const digestedBytes = (part: KeyPart): Buffer =>
  part.type === 'N' ? packedNumber(decimalIn(part.text)) : contentOf(part);

/** A number as DynamoDB packs it for that digest: half the exponent, then two digits a byte. */
function packedNumber({ negative, digits, exponent }: Decimal): Buffer {
  if (digits === '') return Buffer.from([0x80]);
  const scale = exponent + 1;
  const isOdd = scale % 2 !== 0;
  const aligned = isOdd ? `0${digits}` : digits;
  const pairs: number[] = [];
  for (let at = 0; at < aligned.length; at += 2) {
    const pair = Number(aligned.slice(at, at + 2).padEnd(2, '0'));
    pairs.push(negative ? 101 - pair : pair + 1);
  }
  const head = (scale + (isOdd ? 1 : 0)) / 2 - 64;
  const bytes = [negative ? ~head : head, ...pairs];
  if (negative && pairs.length < 20) bytes.push(102);
  return Buffer.from(bytes.map((byte) => byte & 0xff));
}

/** The first key after all that start so; undefined where there is none. */
export function after(prefix: Buffer): Buffer | undefined {
  let length = prefix.length;
  while (length > 0 && prefix[length - 1] === 0xff) length--;
  if (length === 0) return undefined;
  const next = Buffer.from(prefix.subarray(0, length));
  next[length - 1] = (next[length - 1] ?? 0) + 1;
  return next;
}

/** A scan's segment: where its keys begin, and where they end (undefined: nowhere). DynamoDB has 4,096 slots; where there are more segments some are empty. */
export function segmentBounds(segment: number, total: number): { from: Buffer; to: Buffer | undefined } {
  const startOf = (number: number) => {
    const slot = Math.ceil((4096 * number) / total);
    return slot >= 4096 ? undefined : Buffer.from([slot >> 4, (slot & 15) << 4]);
  };
  return { from: startOf(segment) ?? beyond, to: startOf(segment + 1) };
}

/** Behind every key. */
const beyond = Buffer.alloc(16, 0xff);
