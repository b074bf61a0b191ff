/** The thread that computes the MD5 of large bodies. Must never be imported by the thread that serves requests. */
import { createHash, type Hash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { keepCompiled } from '../../../kit/keep-compiled.ts';

export interface WorkerData {
  /** Views of shared memory. */
  readonly blocks: readonly Uint8Array[];
}

/** `block` is added to the digest; without one the digest is requested, or not needed any more. */
export type Request =
  | { readonly id: number; readonly block: number; readonly length: number }
  | { readonly id: number; readonly end: 'digest' | 'drop' };

/** A block that may be filled again, or a digest. */
export type Reply = { readonly block: number } | { readonly id: number; readonly digest: Uint8Array };

const { blocks } = workerData as WorkerData;
const port = parentPort;
if (!port) throw new Error('md5-worker runs as a worker thread only');

const running = new Map<number, Hash>();

function hashOf(id: number): Hash {
  let hash = running.get(id);
  if (!hash) {
    hash = createHash('md5');
    running.set(id, hash);
  }
  return hash;
}

port.on('message', (request: Request) => {
  const { id } = request;
  if ('block' in request) {
    hashOf(id).update(blocks[request.block]?.subarray(0, request.length) as Uint8Array);
    port.postMessage({ block: request.block } satisfies Reply);
    return;
  }
  if (request.end === 'digest') port.postMessage({ id, digest: hashOf(id).digest() } satisfies Reply);
  running.delete(id);
});
keepCompiled();
