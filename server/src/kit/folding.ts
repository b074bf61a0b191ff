/**
 * Makes long texts short for a CRC, sixteen bytes a step: a text whose check is wanted is turned into one of some hundred bytes with the same
 * check. WebAssembly, for its vectors; a dozen lines of it, put together here. Must never be the only way: reflected-crc.ts reads any text.
 *
 * How: where 1 = x^-8a + x^-8b + … modulo the polynomial, a byte may be taken away if it is added to the bytes at the distances a, b, … behind
 * it. So each vector takes up what those at these distances before it hand on, and only the last ones stay. It needs no tables; that few distances
 * do, all of them small, is luck that has been looked for.
 */

/** The text of the memory's view that has the same check as all that was given, read from a register of zero; good until the next call. */
export type Folding = (low: number, high: number, bytes: Uint8Array) => Uint8Array;

/** Texts are folded in pieces of at most this size. */
export const pieceBytes = 64 * 1024;

const step = 32;

/** Undefined without WebAssembly and its vector instructions. `distances` are in bytes, ascending, each at least `step`. */
export function makeFolding(distances: readonly number[]): Folding | undefined {
  const reach = distances.at(-1) ?? 0;
  const memory = instantiate(distances);
  if (!memory) return undefined;
  const { fold, bytes: all, words } = memory;
  // Zeros, then the piece, then room for what stays.
  const start = Math.ceil(reach / 16) * 16;
  const rest = start + pieceBytes + step;
  return (low, high, bytes) => {
    all.set(bytes, start);
    words[start / 4] = (words[start / 4] as number) ^ low;
    words[start / 4 + 1] = (words[start / 4 + 1] as number) ^ high;
    const end = start + bytes.length;
    const kept = end - reach - ((bytes.length - reach) % step);
    fold(start - reach, kept - reach, 0);
    // The last ones take up too, but from those before them only.
    all.copyWithin(rest, kept, end);
    all.fill(0, kept, end);
    fold(kept - reach, end - reach, rest - kept);
    return all.subarray(rest, rest + end - kept);
  };
}

/** As much of it as is used here; Node's types have it not. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
};

type Fold = (from: number, to: number, shift: number) => void;

function instantiate(distances: readonly number[]) {
  try {
    const { fold, memory } = new WebAssembly.Instance(new WebAssembly.Module(moduleOf(distances))).exports as {
      fold: Fold;
      memory: { readonly buffer: ArrayBuffer };
    };
    return { fold, bytes: new Uint8Array(memory.buffer), words: new Int32Array(memory.buffer) };
  } catch {
    return undefined;
  }
}

/** Source: https://webassembly.github.io/spec/core/binary/ */
function moduleOf(distances: readonly number[]): Uint8Array<ArrayBuffer> {
  const types = [1, 0x60, 3, i32, i32, i32, 0];
  const functions = [1, 0];
  const memories = [1, 0, 2];
  const exports = [2, ...text('fold'), 0, 0, ...text('memory'), 2, 0];
  const body = foldOf(distances);
  const code = [1, ...unsigned(body.length), ...body];
  const sections = [section(1, types), section(3, functions), section(5, memories), section(7, exports)];
  return new Uint8Array([0, ...Buffer.from('asm'), 1, 0, 0, 0, ...sections.flat(), ...section(10, code)]);
}

const i32 = 0x7f;
const text = (name: string) => [name.length, ...Buffer.from(name)];
const section = (id: number, bytes: readonly number[]) => [id, ...unsigned(bytes.length), ...bytes];

/** LEB128. */
function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];
}

/**
 * `fold(from, to, shift)`: from position to position, both counted from `reach` before the bytes that are meant, each vector at `shift` behind its
 * position takes up those at the distances before the position.
 */
function foldOf(distances: readonly number[]): number[] {
  const reach = distances.at(-1) ?? 0;
  const [from, to, shift] = [0, 1, 2];
  const get = (local: number) => [0x20, local];
  const add = [0x6a];
  const target = [...get(from), ...get(shift), ...add];
  const load = (offset: number) => [0xfd, 0, 0, ...unsigned(offset)];
  const store = (offset: number) => [0xfd, 11, 0, ...unsigned(offset)];
  const xor = [0xfd, 81];
  const vector = (offset: number) => [
    ...target,
    ...target,
    ...load(reach + offset),
    ...distances.flatMap((distance) => [...get(from), ...load(reach - distance + offset), ...xor]),
    ...store(reach + offset),
  ];
  const forward = [...get(from), 0x41, step, ...add, 0x22, from];
  const again = [...get(to), 0x49, 0x0d, 0];
  return [0, 0x03, 0x40, ...vector(0), ...vector(16), ...forward, ...again, 0x0b, 0x0b];
}
