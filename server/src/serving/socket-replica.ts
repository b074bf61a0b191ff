/**
 * A replica behind a Unix socket: many requests share one connection as frames. Knows nothing of endpoints; never touches a payload's bytes.
 */
import { createConnection, type Socket } from 'node:net';
import { type Frame, frameKind, frameReader, pingFrame, readResponse, requestFrame } from './frames.ts';
import type { InvocationRequest, InvocationResponse, Replica } from './replica.ts';

/** The replica went away or did not answer in time: the request may or may not have reached the model. */
export class ReplicaUnavailable extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ReplicaUnavailable';
  }
}

interface Waiting {
  readonly resolve: (response: InvocationResponse) => void;
  readonly reject: (error: Error) => void;
  readonly deadline: number;
}

/** How often overdue requests are looked for: one timer for all of them is cheaper than one each. */
const deadlineCheckMs = 250;

class SocketReplica implements Replica {
  readonly id: string;
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #corked = false;
  #closed = false;
  #timer: NodeJS.Timeout | undefined;
  #onPong: (() => void) | undefined;

  constructor(id: string, socket: Socket, onClose: () => void) {
    this.id = id;
    this.#socket = socket;
    socket.setNoDelay(true);
    const read = frameReader((frame) => this.#take(frame));
    socket.on('data', (chunk) => {
      try {
        read(chunk);
      } catch (error) {
        socket.destroy(error as Error);
      }
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#end();
      onClose();
    });
  }

  get inFlight(): number {
    return this.#waiting.size;
  }

  /** Resolves when the model's process says that it is ready. */
  ping(timeoutMs: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const fail = (what: string) => reject(new ReplicaUnavailable(`replica ${this.id} ${what}`));
    const timer = setTimeout(() => {
      fail('did not say that it is ready');
      this.#socket.destroy();
    }, timeoutMs);
    this.#onPong = resolve;
    this.#socket.once('close', () => fail('closed its socket'));
    this.#socket.write(pingFrame(0));
    return promise.finally(() => clearTimeout(timer));
  }

  invoke(request: InvocationRequest, timeoutMs: number): Promise<InvocationResponse> {
    if (this.#closed) return Promise.reject(new ReplicaUnavailable(`replica ${this.id} is gone`));
    const id = this.#nextId;
    this.#nextId = id === 0xffffffff ? 1 : id + 1;
    this.#write(requestFrame(id, request.contentType, request.accept, request.customAttributes ?? '', request.body));
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, deadline: performance.now() + timeoutMs });
      this.#timer ??= setInterval(() => this.#expire(), deadlineCheckMs).unref();
    });
  }

  close(): void {
    this.#socket.end();
    this.#socket.destroySoon();
  }

  /** What one turn of the event loop received, from however many connections, leaves in one write: the system call is dearer than the frame. */
  #write(frame: Buffer): void {
    if (!this.#corked) {
      this.#corked = true;
      this.#socket.cork();
      setImmediate(() => {
        this.#corked = false;
        this.#socket.uncork();
      });
    }
    this.#socket.write(frame);
  }

  #take(frame: Frame): void {
    if (frame.kind === frameKind.pong) {
      this.#onPong?.();
      return;
    }
    if (frame.kind !== frameKind.response) return;
    const waiting = this.#waiting.get(frame.id);
    if (!waiting) return;
    // Read first: an answer that is none ends the connection, and with it everything that still waits.
    const response = readResponse(frame.rest);
    this.#waiting.delete(frame.id);
    waiting.resolve(response);
  }

  #expire(): void {
    const now = performance.now();
    for (const [id, waiting] of this.#waiting) {
      if (waiting.deadline > now) continue;
      this.#waiting.delete(id);
      waiting.reject(new ReplicaUnavailable(`replica ${this.id} did not answer in time`));
    }
    if (this.#waiting.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #end(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    for (const waiting of this.#waiting.values()) waiting.reject(new ReplicaUnavailable(`replica ${this.id} is gone`));
    this.#waiting.clear();
  }
}

/** A process that hangs must not block its callers. */
const readyWithinMs = 5000;

/** Connects to a model's process and waits until it answers. Rejects if no process listens (yet). `onClose` is called once, when the connection ends. */
export async function connectReplica(
  id: string,
  path: string,
  onClose: () => void,
  timeoutMs: number = readyWithinMs,
): Promise<Replica> {
  const socket = createConnection({ path });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  const replica = new SocketReplica(id, socket, onClose);
  await replica.ping(timeoutMs);
  return replica;
}
