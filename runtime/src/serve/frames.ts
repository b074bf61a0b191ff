/**
 * The frames between a model's process and its client, over a Unix socket. Bytes only: no meaning, no I/O.
 *
 *   u32be length of what follows | u32be request id | u8 kind | …
 *   kind 1, request:  u8 length of content type | u8 length of accept | u16be length of custom attributes | the three texts | body
 *   kind 2, response: u16be status | u8 length of content type | content type | body
 *   kind 3 ping (empty), kind 4 pong (body: JSON)
 *
 * The reader never holds more than one frame's bytes and never copies a frame that arrived whole.
 */
export const frameKind = { request: 1, response: 2, ping: 3, pong: 4 } as const;

export const maxFrameBytes = 32 * 1024 * 1024;
const headBytes = 9;
const lengthBytes = 4;
const minLength = headBytes - lengthBytes;
const chunkBytes = 64 * 1024;

export interface RequestHead {
  readonly contentType: string;
  readonly accept: string;
  readonly customAttributes: string;
}

/** `bytes` from `start` to `end` is what follows the kind; valid only during the call. */
export type OnFrame = (id: number, kind: number, bytes: Buffer, start: number, end: number) => void;

/** Takes the stream in whatever pieces it comes. Throws RangeError when the bytes cannot be frames; the stream is then of no more use. */
export class FrameReader {
  readonly #onFrame: OnFrame;
  /** Pieces of a frame that has not arrived whole. */
  #pieces: Buffer[] = [];
  #held = 0;
  /** Bytes of that frame with its length, or of the length alone while that is not known. */
  #wanted = lengthBytes;

  constructor(onFrame: OnFrame) {
    this.#onFrame = onFrame;
  }

  get isBetweenFrames(): boolean {
    return this.#held === 0;
  }

  push(chunk: Buffer): void {
    let at = this.#held > 0 ? this.#complete(chunk) : 0;
    while (chunk.length - at >= lengthBytes) {
      const end = at + lengthBytes + frameLength(chunk, at);
      if (end > chunk.length) break;
      this.#frame(chunk, at, end);
      at = end;
    }
    if (at < chunk.length) this.#hold(chunk.subarray(at));
  }

  #frame(bytes: Buffer, at: number, end: number): void {
    this.#onFrame(readUint32(bytes, at + 4), bytes[at + 8] as number, bytes, at + headBytes, end);
  }

  #hold(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#held += piece.length;
    if (this.#wanted > lengthBytes || this.#held < lengthBytes) return;
    const [first] = this.#pieces;
    const start = first && first.length >= lengthBytes ? first : this.#join();
    this.#wanted = lengthBytes + frameLength(start, 0);
  }

  /** Fills the held frame from the chunk and passes it on when it is complete. Returns how much of the chunk that took. */
  #complete(chunk: Buffer): number {
    let taken = 0;
    while (this.#held < this.#wanted) {
      const piece = chunk.subarray(taken, taken + this.#wanted - this.#held);
      if (piece.length === 0) return taken;
      taken += piece.length;
      this.#hold(piece);
    }
    const whole = this.#join();
    this.#pieces = [];
    this.#held = 0;
    this.#wanted = lengthBytes;
    this.#frame(whole, 0, whole.length);
    return taken;
  }

  #join(): Buffer {
    const joined = this.#pieces.length === 1 ? (this.#pieces[0] as Buffer) : Buffer.concat(this.#pieces, this.#held);
    this.#pieces = [joined];
    return joined;
  }
}

function readUint32(bytes: Buffer, at: number): number {
  return (
    (bytes[at] as number) * 0x1000000 +
    (((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number))
  );
}

function frameLength(bytes: Buffer, at: number): number {
  const length = readUint32(bytes, at);
  if (length < minLength || length > maxFrameBytes) throw new RangeError(`a frame of ${length} bytes`);
  return length;
}

/** Collects responses, so that all requests of one read are answered in one write. */
export class FrameWriter {
  #chunk: Buffer = Buffer.allocUnsafe(chunkBytes);
  #used = 0;
  /** Chunks that are full. */
  #full: Buffer[] = [];

  response(id: number, status: number, contentType: string, body: string | Buffer): void {
    const bodyStart = headBytes + 3 + contentType.length;
    const size = bodyStart + (typeof body === 'string' ? Buffer.byteLength(body) : body.length);
    const at = this.#begin(id, frameKind.response, size);
    const chunk = this.#chunk;
    chunk[at + 9] = status >> 8;
    chunk[at + 10] = status & 255;
    chunk[at + 11] = contentType.length;
    chunk.write(contentType, at + 12, 'latin1');
    this.#put(body, at + bodyStart);
  }

  request(id: number, head: RequestHead, body: string | Buffer): void {
    const texts = [head.contentType, head.accept, head.customAttributes].map((text) => Buffer.from(text));
    const [type, accept, attributes] = texts.map((text) => text.length) as [number, number, number];
    if (type > 255 || accept > 255 || attributes > 65_535)
      throw new RangeError('a header is longer than a frame can say');
    const bodyStart = headBytes + 4 + type + accept + attributes;
    const size = bodyStart + (typeof body === 'string' ? Buffer.byteLength(body) : body.length);
    const at = this.#begin(id, frameKind.request, size);
    this.#chunk[at + 9] = type;
    this.#chunk[at + 10] = accept;
    this.#chunk.writeUInt16BE(attributes, at + 11);
    Buffer.concat(texts).copy(this.#chunk, at + 13);
    this.#put(body, at + bodyStart);
  }

  ping(id: number): void {
    this.#begin(id, frameKind.ping, headBytes);
  }

  pong(id: number, body: string): void {
    const at = this.#begin(id, frameKind.pong, headBytes + Buffer.byteLength(body));
    this.#put(body, at + headBytes);
  }

  /** What has gathered, for one write; the writer starts anew. */
  take(): Buffer[] {
    const taken = this.#full;
    if (this.#used > 0) taken.push(this.#chunk.subarray(0, this.#used));
    // What is left of the chunk serves the next answers; what was taken may still be on its way out.
    this.#chunk = this.#chunk.subarray(this.#used);
    this.#used = 0;
    this.#full = [];
    return taken;
  }

  #begin(id: number, kind: number, size: number): number {
    const length = size - lengthBytes;
    if (length > maxFrameBytes) throw new RangeError(`a frame of ${length} bytes`);
    if (size > this.#chunk.length - this.#used) this.#turn(size);
    const at = this.#used;
    const chunk = this.#chunk;
    chunk[at] = length >>> 24;
    chunk[at + 1] = (length >>> 16) & 255;
    chunk[at + 2] = (length >>> 8) & 255;
    chunk[at + 3] = length & 255;
    chunk[at + 4] = id >>> 24;
    chunk[at + 5] = (id >>> 16) & 255;
    chunk[at + 6] = (id >>> 8) & 255;
    chunk[at + 7] = id & 255;
    chunk[at + 8] = kind;
    this.#used = at + size;
    return at;
  }

  #turn(size: number): void {
    if (this.#used > 0) this.#full.push(this.#chunk.subarray(0, this.#used));
    this.#chunk = Buffer.allocUnsafe(Math.max(size, chunkBytes));
    this.#used = 0;
  }

  #put(body: string | Buffer, at: number): void {
    if (typeof body === 'string') this.#chunk.write(body, at);
    else body.copy(this.#chunk, at);
  }
}

export interface Response {
  readonly status: number;
  readonly contentType: string;
  /** A view; valid only during the call that receives it. */
  readonly body: Buffer;
}

export function readResponse(bytes: Buffer, start: number, end: number): Response {
  const typeBytes = bytes[start + 2] ?? 0;
  const bodyStart = start + 3 + typeBytes;
  if (bodyStart > end) throw new RangeError('a response that ends within its head');
  return {
    status: bytes.readUInt16BE(start),
    contentType: bytes.toString('latin1', start + 3, bodyStart),
    body: bytes.subarray(bodyStart, end),
  };
}
