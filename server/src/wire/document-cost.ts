/**
 * The cost of reading a document, estimated before it is parsed. A parser cannot be interrupted and runs on the thread that serves all requests. Megabytes
 * of small values take seconds, one long text of the same size takes no time: so values are counted and weighted. One unit is about 0.07 µs of parsing
 * and reading (measured). Counting is one pass over the bytes and stops where the limit is exceeded.
 */
import { Malformed } from './malformed.ts';

const quote = 0x22;
const backslash = 0x5c;

/** Infinity for more than the limit. */
export type DocumentCost = (bytes: Uint8Array, limit: number) => number;

/** A list or an object costs as much as four plain values, a name as much as six: V8 keeps each new name. */
export const jsonCost: DocumentCost = (bytes, limit) => {
  let cost = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === quote) at = endOfText(bytes, at + 1);
    else if (byte === 0x2c) cost++;
    else if (byte === 0x7b || byte === 0x5b) cost += 4;
    else if (byte === 0x3a) cost += 6;
    if (cost > limit) return Number.POSITIVE_INFINITY;
  }
  return cost;
};

/** The position of the closing quote. Most texts are short; long texts without escapes (a file in base64) are searched by native code. */
function endOfText(bytes: Uint8Array, from: number): number {
  let at = from;
  let next = -1;
  for (let plain = 0; at < bytes.length; at++, plain++) {
    const byte = bytes[at];
    if (byte === quote) return at;
    if (byte === backslash) {
      at++;
      plain = 0;
    } else if (plain === 256) {
      // Searched once for each quote: the next one may be escaped, and far away.
      if (next < at) next = bytes.indexOf(quote, at);
      const escaped = next < 0 ? -1 : bytes.subarray(at, next).indexOf(backslash);
      if (escaped < 0) return next < 0 ? bytes.length : next;
      at += escaped - 1;
      plain = 0;
    }
  }
  return at;
}

/** Counts parameters and the steps of their names. */
export const formCost: DocumentCost = (bytes, limit) => {
  let cost = 0;
  for (let at = 0; at < bytes.length && cost <= limit; at++) {
    const byte = bytes[at];
    if (byte === 0x26) cost += 10;
    else if (byte === 0x2e) cost += 3;
  }
  return cost > limit ? Number.POSITIVE_INFINITY : cost;
};

/** Counts tags, numeric character references, and line ends that will be normalized. */
export const xmlCost: DocumentCost = (bytes, limit) => {
  let cost = 0;
  for (let at = 0; at < bytes.length && cost <= limit; at++) {
    const byte = bytes[at];
    if (byte === 0x3c) cost += 2;
    else if (byte === 0x26 && bytes[at + 1] === 0x23) cost += 3;
    else if (byte === 0x0d) cost++;
  }
  return cost > limit ? Number.POSITIVE_INFINITY : cost;
};

/** Bytes of an integer beyond 64 bits: decoding takes time that grows with their square. No shape of AWS needs larger ones. */
const maxBigBytes = 64;
const maxExponent = 1000;

/** The head of a CBOR item (RFC 8949 section 3); the length of an indefinite one is undefined. */
function headOf(bytes: DataView, at: number): { major: number; value: number | undefined; next: number } {
  const first = bytes.getUint8(at);
  const minor = first & 31;
  const major = first >> 5;
  if (minor < 24) return { major, value: minor, next: at + 1 };
  if (minor === 24) return { major, value: bytes.getUint8(at + 1), next: at + 2 };
  if (minor === 25) return { major, value: bytes.getUint16(at + 1), next: at + 3 };
  if (minor === 26) return { major, value: bytes.getUint32(at + 1), next: at + 5 };
  if (minor === 27) return { major, value: Number(bytes.getBigUint64(at + 1)), next: at + 9 };
  return { major, value: undefined, next: at + 1 };
}

/** Throws Malformed for numbers that would take a decoder too long. A truncated document is left to the decoder. */
export const cborCost: DocumentCost = (bytes, limit) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let cost = 0;
  let at = 0;
  try {
    while (at < bytes.length && cost <= limit) {
      const { major, value = 0, next } = headOf(view, at);
      at = next;
      if (major === 2 || major === 3) at += value;
      if (major === 6) checkTagged(view, value, at);
      // A big number or a decimal takes some 2 µs, whatever its size.
      if (major === 6 && value >= 2 && value <= 4) cost += 30;
      cost += major === 3 ? 5 : major === 4 || major === 5 ? 4 : 1;
      // No structure of AWS has so many members, so the names are probably all different.
      if (major === 5 && value > 64) cost += 10 * value;
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return cost > limit ? Number.POSITIVE_INFINITY : cost;
};

function checkTagged(bytes: DataView, tag: number, at: number): void {
  if (tag === 2 || tag === 3) {
    const { major, value = Number.POSITIVE_INFINITY } = headOf(bytes, at);
    if (major !== 2 || value > maxBigBytes) throw new Malformed('Unable to parse the CBOR document');
  }
  if (tag === 4) {
    const pair = headOf(bytes, at);
    const exponent = headOf(bytes, pair.next);
    const isSmall = exponent.major < 2 && (exponent.value ?? Number.POSITIVE_INFINITY) <= maxExponent;
    if (pair.major !== 4 || pair.value !== 2 || !isSmall) throw new Malformed('Unable to parse the CBOR document');
  }
}
