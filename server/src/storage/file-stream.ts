/**
 * A part of an open file as a stream, which can also pump itself into a writer through two buffers that it uses again and again: Node has no
 * sendfile, and a fresh buffer for each read makes the garbage collector the busiest part of a large download.
 */
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';

/** Bytes on their way, for example `cipher.update`. Must not answer the buffer that it was given. */
export type Transform = (bytes: Uint8Array) => Uint8Array;

export interface FilePart {
  readonly start: number;
  /** How many bytes; they are there. */
  readonly length: number;
  /** The file's path, where the part is all of it. */
  readonly path?: string | undefined;
}

const readBytes = 256 * 1024;
const pumpBytes = 512 * 1024;
/** Memory of this size the allocator gives again; larger pieces it takes from the system each time. */
const transformBytes = 64 * 1024;
/** What waits to be used again: eight downloads at once. */
const maxSpare = 16;
const spare: Buffer[] = [];

const takeBuffer = () => spare.pop() ?? Buffer.allocUnsafeSlow(pumpBytes);
const giveBack = (buffer: Buffer) => {
  if (spare.length < maxSpare) spare.push(buffer);
};

export class FileStream extends Readable {
  readonly #file: FileHandle;
  readonly #transform: Transform | undefined;
  #position: number;
  #left: number;

  /** The path of the file with these bytes, to link to instead of copying. It may be removed at any time; the stream still has the bytes. */
  readonly path: string | undefined;

  /** The file is closed with the stream. */
  constructor(file: FileHandle, { start, length, path }: FilePart, transform?: Transform) {
    super({ highWaterMark: readBytes });
    this.#file = file;
    this.#transform = transform;
    this.path = transform ? undefined : path;
    this.#position = start;
    this.#left = length;
  }

  override _read(): void {
    if (this.#left === 0) {
      this.push(null);
      return;
    }
    const buffer = Buffer.allocUnsafeSlow(Math.min(readBytes, this.#left));
    this.#fill(buffer, buffer.length).then(
      (bytes) => this.push(this.#transform ? this.#transform(bytes) : bytes),
      (error) => this.destroy(error),
    );
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#file.close().then(
      () => done(error),
      (closing) => done(error ?? closing),
    );
  }

  /** All that is left, chunk by chunk: `write` resolves when the chunk has left and its memory may be used again. The stream is at its end then. */
  async pump(write: (chunk: Uint8Array) => Promise<void>): Promise<void> {
    const buffers: [Buffer, Buffer] = [takeBuffer(), takeBuffer()];
    let reading: Promise<Uint8Array> | undefined;
    try {
      reading = this.#next(buffers[0]);
      for (let turn = 1; reading; turn++) {
        const bytes: Uint8Array = await reading;
        // The next is read while this one leaves.
        reading = this.#next(buffers[turn % 2] as Buffer);
        await (this.#transform ? this.#writeTransformed(bytes, this.#transform, write) : write(bytes));
      }
    } finally {
      // A read that is under way still writes into its buffer.
      await reading?.catch(() => {});
      buffers.forEach(giveBack);
      this.destroy();
    }
  }

  async #writeTransformed(bytes: Uint8Array, transform: Transform, write: (chunk: Uint8Array) => Promise<void>) {
    const writing: Promise<void>[] = [];
    for (let at = 0; at < bytes.length; at += transformBytes) {
      writing.push(write(transform(bytes.subarray(at, at + transformBytes))));
    }
    await Promise.all(writing);
  }

  #next(buffer: Buffer): Promise<Uint8Array> | undefined {
    return this.#left === 0 ? undefined : this.#fill(buffer, Math.min(buffer.length, this.#left));
  }

  async #fill(buffer: Buffer, wanted: number): Promise<Uint8Array> {
    const position = this.#position;
    this.#position += wanted;
    this.#left -= wanted;
    for (let filled = 0; filled < wanted; ) {
      const { bytesRead } = await this.#file.read(buffer, filled, wanted - filled, position + filled);
      if (bytesRead === 0) throw new Error('the file ended before its time');
      filled += bytesRead;
    }
    return buffer.subarray(0, wanted);
  }
}
