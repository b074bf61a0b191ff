/**
 * The MD5 of large bodies beside the thread that serves requests: it is the dearest of an upload's digests, and no processor helps with it.
 * The thread begins with the first large body. It reads from a few blocks of shared memory, taken only to be filled and read at once: so they
 * do for however many uploads, and none of them waits for another's client.
 */
import { Worker } from 'node:worker_threads';
import type { Reply, Request, WorkerData } from './md5-worker.ts';

/** A digest under way. */
export interface RunningMd5 {
  /** A promise where the thread has to catch up before more comes. The bytes must stay as they are. */
  update(bytes: Uint8Array): Promise<void> | undefined;
  digest(): Promise<Buffer> | Buffer;
  /** The digest is not needed any more. */
  drop(): void;
}

export interface Md5Thread {
  start(): RunningMd5;
  stop(): Promise<void>;
}

export const blockBytes = 256 * 1024;
const blockCount = 8;

interface Waiting<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

/** One life of the thread, until an error or the end. */
class Life {
  readonly #blocks = Array.from({ length: blockCount }, () => new Uint8Array(new SharedArrayBuffer(blockBytes)));
  readonly #free = [...this.#blocks.keys()];
  readonly #forBlock: Waiting<void>[] = [];
  readonly #forDigest = new Map<number, Waiting<Buffer>>();
  readonly #worker: Worker;
  ended: Error | undefined;

  constructor() {
    this.#worker = new Worker(new URL('./md5-worker.ts', import.meta.url), {
      workerData: { blocks: this.#blocks } satisfies WorkerData,
      execArgv: ['--disable-warning=ExperimentalWarning'],
      // It keeps next to nothing: without limits its heap takes four times as much.
      resourceLimits: { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 16, stackSizeMb: 1 },
    });
    this.#worker.unref();
    this.#worker.on('message', (reply: Reply) => this.#hear(reply));
    this.#worker.on('error', (error) => this.#end(error));
    this.#worker.on('exit', () => this.#end(new Error('the thread for MD5 has ended')));
  }

  /** Fills a free block with the front of the chunks; what is left, or undefined where no block is free. */
  add(id: number, chunks: readonly Uint8Array[]): Uint8Array[] | undefined {
    if (this.ended) throw this.ended;
    const block = this.#free.pop();
    const bytes = block === undefined ? undefined : this.#blocks[block];
    if (block === undefined || !bytes) return undefined;
    let length = 0;
    const left = chunks.flatMap((chunk) => {
      const part = chunk.subarray(0, blockBytes - length);
      bytes.set(part, length);
      length += part.length;
      return part.length === chunk.length ? [] : [chunk.subarray(part.length)];
    });
    this.#post({ id, block, length });
    return left;
  }

  /** When a block may be free. */
  freed(): Promise<void> {
    return new Promise((resolve, reject) => this.#forBlock.push({ resolve, reject }));
  }

  digest(id: number): Promise<Buffer> {
    if (this.ended) return Promise.reject(this.ended);
    return new Promise((resolve, reject) => {
      this.#forDigest.set(id, { resolve, reject });
      this.#post({ id, end: 'digest' });
    });
  }

  drop(id: number): void {
    this.#post({ id, end: 'drop' });
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }

  #post(request: Request): void {
    this.#worker.postMessage(request);
  }

  #hear(reply: Reply): void {
    if ('block' in reply) {
      this.#free.push(reply.block);
      this.#forBlock.shift()?.resolve();
      return;
    }
    this.#forDigest.get(reply.id)?.resolve(Buffer.from(reply.digest));
    this.#forDigest.delete(reply.id);
  }

  #end(error: Error): void {
    this.ended ??= error;
    for (const { reject } of [...this.#forBlock.splice(0), ...this.#forDigest.values()]) reject(error);
    this.#forDigest.clear();
  }
}

class Digest implements RunningMd5 {
  readonly #life: Life;
  readonly #id: number;
  #chunks: Uint8Array[] = [];
  #length = 0;

  constructor(life: Life, id: number) {
    this.#life = life;
    this.#id = id;
  }

  update(bytes: Uint8Array): Promise<void> | undefined {
    this.#chunks.push(bytes);
    this.#length += bytes.length;
    return this.#length < blockBytes ? undefined : this.#flush();
  }

  async digest(): Promise<Buffer> {
    await this.#flush();
    return this.#life.digest(this.#id);
  }

  drop(): void {
    this.#life.drop(this.#id);
  }

  #flush(): Promise<void> | undefined {
    while (this.#chunks.length > 0) {
      const left = this.#life.add(this.#id, this.#chunks);
      if (!left) return this.#life.freed().then(() => this.#flush());
      this.#chunks = left;
    }
    this.#length = 0;
    return undefined;
  }
}

export function createMd5Thread(): Md5Thread {
  let life: Life | undefined;
  let nextId = 1;
  return {
    start() {
      if (!life || life.ended) life = new Life();
      return new Digest(life, nextId++);
    },
    async stop() {
      await life?.stop();
    },
  };
}
