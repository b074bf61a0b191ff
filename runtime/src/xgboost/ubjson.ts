/**
 * Universal Binary JSON as XGBoost writes its models (src/common/json.cc of XGBoost): big-endian, lengths always `L`, typed arrays of numbers.
 * Typed arrays become typed arrays, so that a tree of a million nodes is copied, not parsed. Never reads beyond the bytes it was given,
 * never recurses without bound, never allocates more than the input justifies.
 */
export type UbjValue =
  | null
  | boolean
  | number
  | string
  | readonly UbjValue[]
  | UbjNumbers
  | { readonly [key: string]: UbjValue };

export type UbjNumbers = Float32Array | Float64Array | Int8Array | Uint8Array | Int16Array | Int32Array;

const maxDepth = 64;

const code = (letter: string) => letter.charCodeAt(0);
const objectOpen = code('{');
const objectClose = code('}');
const arrayOpen = code('[');
const arrayClose = code(']');
const typed = code('$');
const counted = code('#');
const longMarker = code('L');

export function readUbjson(bytes: Uint8Array): UbjValue {
  return new UbjsonReader(bytes).document();
}

class UbjsonReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  document(): UbjValue {
    const value = this.#value(0);
    if (this.#at !== this.#bytes.length) throw this.#broken('bytes follow the end of the document');
    return value;
  }

  #broken(what: string): Error {
    return new Error(`not valid UBJSON at byte ${this.#at}: ${what}`);
  }

  /** Advances by `length` and returns the position before. */
  #take(length: number): number {
    const start = this.#at;
    if (length > this.#bytes.length - start) throw this.#broken('the file ends too early');
    this.#at = start + length;
    return start;
  }

  #peek(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw this.#broken('the file ends too early');
    return byte;
  }

  #expect(marker: number): void {
    if (this.#peek() !== marker) throw this.#broken(`expected '${String.fromCharCode(marker)}'`);
    this.#at++;
  }

  #length(): number {
    this.#expect(longMarker);
    const length = Number(this.#bytes.readBigInt64BE(this.#take(8)));
    // Every counted thing takes a byte at least.
    if (length < 0 || length > this.#bytes.length - this.#at) throw this.#broken(`a length of ${length}`);
    return length;
  }

  #text(): string {
    const length = this.#length();
    const start = this.#take(length);
    return this.#bytes.toString('utf8', start, start + length);
  }

  #value(depth: number): UbjValue {
    if (depth > maxDepth) throw this.#broken('nested too deeply');
    const marker = this.#peek();
    this.#at++;
    const bytes = this.#bytes;
    switch (marker) {
      case objectOpen:
        return this.#object(depth);
      case arrayOpen:
        return this.#array(depth);
      case code('Z'):
        return null;
      case code('T'):
        return true;
      case code('F'):
        return false;
      case code('S'):
        return this.#text();
      case code('d'):
        return bytes.readFloatBE(this.#take(4));
      case code('D'):
        return bytes.readDoubleBE(this.#take(8));
      case code('i'):
      case code('C'):
        return bytes.readInt8(this.#take(1));
      case code('U'):
        return bytes.readUInt8(this.#take(1));
      case code('I'):
        return bytes.readInt16BE(this.#take(2));
      case code('l'):
        return bytes.readInt32BE(this.#take(4));
      case longMarker:
        return Number(bytes.readBigInt64BE(this.#take(8)));
      default:
        this.#at--;
        throw this.#broken(`the marker 0x${marker.toString(16).padStart(2, '0')}`);
    }
  }

  #object(depth: number): UbjValue {
    // Without a prototype: a key such as __proto__ is a key and nothing else.
    const result: Record<string, UbjValue> = Object.create(null);
    while (this.#peek() !== objectClose) {
      const key = this.#text();
      result[key] = this.#value(depth + 1);
    }
    this.#at++;
    return result;
  }

  #array(depth: number): UbjValue {
    const marker = this.#peek();
    if (marker === typed) {
      this.#at++;
      const type = this.#peek();
      this.#at++;
      this.#expect(counted);
      return this.#numbers(type, this.#length());
    }
    const result: UbjValue[] = [];
    if (marker === counted) {
      this.#at++;
      const length = this.#length();
      for (let index = 0; index < length; index++) result.push(this.#value(depth + 1));
      return result;
    }
    while (this.#peek() !== arrayClose) result.push(this.#value(depth + 1));
    this.#at++;
    return result;
  }

  #numbers(type: number, count: number): UbjNumbers {
    switch (type) {
      case code('d'):
        return new Float32Array(this.#copied(count, 4).swap32().buffer);
      case code('D'):
        return new Float64Array(this.#copied(count, 8).swap64().buffer);
      case code('i'):
        return new Int8Array(this.#copied(count, 1).buffer);
      case code('U'):
        return new Uint8Array(this.#copied(count, 1).buffer);
      case code('I'):
        return new Int16Array(this.#copied(count, 2).swap16().buffer);
      case code('l'):
        return new Int32Array(this.#copied(count, 4).swap32().buffer);
      case longMarker: {
        const wide = new BigInt64Array(this.#copied(count, 8).swap64().buffer);
        return Float64Array.from(wide, Number);
      }
      default:
        throw this.#broken(`a typed array of 0x${type.toString(16)}`);
    }
  }

  /** Aligned and ours: the swaps below work in place. Assumes a little-endian machine, as every one that Node 24 runs on here is. */
  #copied(count: number, width: number): Buffer<ArrayBuffer> {
    const start = this.#take(count * width);
    const copy = Buffer.from(new ArrayBuffer(count * width));
    this.#bytes.copy(copy, 0, start, start + count * width);
    return copy;
  }
}
