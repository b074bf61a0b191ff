/**
 * Cyclic redundancy checks of up to 64 bits that Node has not got, eight bytes a step over two 32-bit halves (a hundred times what BigInt makes of
 * it); long texts are folded before (folding.ts). Pure; all of S3's are reflected, start from ones and end inverted.
 */
import { type Folding, makeFolding, pieceBytes } from './folding.ts';

interface ReflectedCrc {
  readonly width: 32 | 64;
  /** The polynomial, reflected. */
  readonly polynomial: bigint;
  /** Continues from a register; start with `initial`. */
  update(register: Register, bytes: Uint8Array): void;
}

/** Of bytes that are all there. */
export function reflectedDigest({ width, update }: ReflectedCrc, bytes: Uint8Array): Buffer {
  const register = initialRegister(width);
  update(register, bytes);
  return digestOf(register, width);
}

/** The check's state, not inverted yet. */
interface Register {
  low: number;
  high: number;
}

export function initialRegister(width: 32 | 64): Register {
  return { low: -1, high: width === 64 ? -1 : 0 };
}

export function digestOf(register: Register, width: 32 | 64): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeInt32BE(~register.high, 0);
  bytes.writeInt32BE(~register.low, 4);
  return width === 64 ? bytes : bytes.subarray(4);
}

/** Shorter ones are not worth folding. */
const longBytes = 4 * 1024;

/** `distances` are those of the folding; without them nothing is folded. */
export function reflectedCrc(width: 32 | 64, polynomial: bigint, distances?: readonly number[]): ReflectedCrc {
  let tables: Tables | undefined;
  let folding: Folding | undefined;
  return {
    width,
    polynomial,
    update(register, bytes) {
      if (!tables) {
        tables = makeTables(polynomial);
        folding = distances && makeFolding(distances);
      }
      let at = 0;
      while (folding && bytes.length - at >= longBytes) {
        const rest = folding(register.low, register.high, bytes.subarray(at, at + pieceBytes));
        at += Math.min(pieceBytes, bytes.length - at);
        register.low = 0;
        register.high = 0;
        run(tables, register, rest);
      }
      if (at < bytes.length) run(tables, register, bytes.subarray(at));
    },
  };
}

/** Source of the polynomials: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html */
export const crc32c = reflectedCrc(32, 0x82f63b78n, [154, 177, 183, 258, 290]);
export const crc64nvme = reflectedCrc(64, 0x9a6c9329ac4bc9b5n, [195, 523, 575, 843, 871, 877, 910, 1544]);

/** Entry `t * 256 + b`: what byte `b` does to the register with `t` zero bytes after it. */
interface Tables {
  readonly low: Int32Array;
  readonly high: Int32Array;
}

function makeTables(polynomial: bigint): Tables {
  const low = new Int32Array(8 * 256);
  const high = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let value = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ polynomial : value >> 1n;
    low[byte] = Number(BigInt.asIntN(32, value));
    high[byte] = Number(BigInt.asIntN(32, value >> 32n));
  }
  for (let entry = 256; entry < low.length; entry++) {
    const before = entry - 256;
    const index = at(low, before) & 0xff;
    low[entry] = ((at(low, before) >>> 8) | (at(high, before) << 24)) ^ at(low, index);
    high[entry] = (at(high, before) >>> 8) ^ at(high, index);
  }
  return { low, high };
}

const at = (values: Int32Array | Uint8Array, index: number) => values[index] as number;

/** As little-endian words, which is how every machine that Node runs on has them. Bytes that are not aligned are copied: that is cheaper than reading them one by one. */
function wordsOf(bytes: Uint8Array): Int32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  return new Int32Array(aligned.buffer, aligned.byteOffset, bytes.length >> 2);
}

function run({ low, high }: Tables, register: Register, bytes: Uint8Array): void {
  let l = register.low;
  let h = register.high;
  const words = wordsOf(bytes);
  let i = 0;
  for (const last = words.length - 1; i < last; i += 2) {
    const x = l ^ at(words, i);
    const y = h ^ at(words, i + 1);
    const a = 1792 | (x & 255);
    const b = 1536 | ((x >>> 8) & 255);
    const c = 1280 | ((x >>> 16) & 255);
    const d = 1024 | (x >>> 24);
    const e = 768 | (y & 255);
    const f = 512 | ((y >>> 8) & 255);
    const g = 256 | ((y >>> 16) & 255);
    const j = y >>> 24;
    l = at(low, a) ^ at(low, b) ^ at(low, c) ^ at(low, d) ^ at(low, e) ^ at(low, f) ^ at(low, g) ^ at(low, j);
    h = at(high, a) ^ at(high, b) ^ at(high, c) ^ at(high, d) ^ at(high, e) ^ at(high, f) ^ at(high, g) ^ at(high, j);
  }
  for (i *= 4; i < bytes.length; i++) {
    const index = (l ^ at(bytes, i)) & 255;
    l = ((l >>> 8) | (h << 24)) ^ at(low, index);
    h = (h >>> 8) ^ at(high, index);
  }
  register.low = l;
  register.high = h;
}
