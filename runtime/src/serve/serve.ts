/**
 * A model's process: loads the model, listens on a Unix socket, answers frames until SIGTERM, then finishes what it has begun. It outlives the
 * server that started it, so it needs nothing of it but the socket. Never opens a door to anyone but its own user (mode 0600).
 */

import { chmodSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { makeFolder } from '../contract/make-folder.ts';
import { type Convert, type LibraryFile, loadModel, type Model } from '../xgboost/model.ts';
import { type Answer, createAnswer } from './answer.ts';
import { FrameReader, FrameWriter } from './frames.ts';

export interface ServeOptions {
  readonly mlDir: string;
  readonly socket: string;
  readonly libraryFile?: LibraryFile;
  readonly convert?: Convert;
}

/** A peer that does not read its answers is not read any further. */
const maxUnsentBytes = 64 * 1024 * 1024;
/** For peers that neither finish their frame nor hang up. */
const drainTimeoutMs = 10_000;
const maxLineLength = 2_000;

/** Runs until SIGTERM (or SIGINT); resolves to the exit status. */
export async function serve({ mlDir, socket, libraryFile, convert }: ServeOptions): Promise<number> {
  let model: Model;
  try {
    model = await loadModel(join(mlDir, 'model'), libraryFile, convert);
  } catch (error) {
    return fail(mlDir, `Unable to load model: ${(error as Error).message}`);
  }
  const connections = new Set<Connection>();
  const answer = createAnswer(model, (line) => writeLine(process.stderr, line));
  const server = createServer((peer) => {
    const connection = openConnection(peer, answer);
    connections.add(connection);
    peer.on('close', () => connections.delete(connection));
  });
  // Before the ready line: its reader may stop the process at once.
  // A repeated signal changes nothing and must not kill the requests in progress.
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => resolve());
  });
  try {
    await listen(server, socket);
  } catch (error) {
    return fail(mlDir, `Unable to listen on ${socket}: ${(error as Error).message}`);
  }
  writeLine(process.stdout, `ready: ${model.name} with ${model.features} features on ${socket}`);
  await stopped;
  await drain(server, connections);
  return 0;
}

async function fail(mlDir: string, reason: string): Promise<number> {
  writeLine(process.stderr, reason);
  await makeFolder(mlDir, 'output');
  await writeFile(join(mlDir, 'output', 'failure'), reason);
  return 1;
}

function writeLine(stream: NodeJS.WriteStream, text: string): void {
  stream.write(`${text.slice(0, maxLineLength).replaceAll('\n', ' ')}\n`);
}

async function listen(server: Server, path: string): Promise<void> {
  if (await isAnswered(path)) throw new Error('another process listens there');
  // What a killed process left behind.
  rmSync(path, { force: true });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  const mask = process.umask(0o177);
  server.listen({ path, backlog: 511 }, resolve);
  process.umask(mask);
  await promise;
  chmodSync(path, 0o600);
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const attempt = connect(path, () => {
      attempt.destroy();
      resolve(true);
    }).on('error', () => resolve(false));
  });
}

interface Connection {
  /** Says good-bye as soon as the peer has no frame half sent. */
  finish(): void;
  destroy(): void;
}

function openConnection(peer: Socket, answer: Answer): Connection {
  const writer = new FrameWriter();
  const reader = new FrameReader((id, kind, bytes, start, end) => answer(id, kind, bytes, start, end, writer));
  let isFinishing = false;
  const send = () => {
    const chunks = writer.take();
    if (chunks.length > 1) peer.cork();
    for (const chunk of chunks) peer.write(chunk);
    if (chunks.length > 1) peer.uncork();
    if (peer.writableLength > maxUnsentBytes) peer.pause();
  };
  const endWhenWhole = () => {
    if (isFinishing && reader.isBetweenFrames) peer.end();
  };
  peer.on('data', (chunk: Buffer) => {
    try {
      reader.push(chunk);
    } catch (error) {
      writeLine(process.stderr, `connection closed: ${(error as Error).message}`);
      send();
      peer.destroySoon();
      return;
    }
    send();
    endWhenWhole();
  });
  peer.on('drain', () => peer.resume());
  // A peer that goes away is no event of ours.
  peer.on('error', () => peer.destroy());
  return {
    finish() {
      isFinishing = true;
      endWhenWhole();
    },
    destroy: () => peer.destroy(),
  };
}

async function drain(server: Server, connections: ReadonlySet<Connection>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // Two turns of the loop, in which what already is in the sockets is read and answered.
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
  for (const connection of connections) connection.finish();
  const impatience = setTimeout(() => {
    for (const connection of connections) connection.destroy();
  }, drainTimeoutMs);
  await closed;
  clearTimeout(impatience);
}
