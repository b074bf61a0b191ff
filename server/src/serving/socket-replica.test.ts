import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { until } from '../../../examples/workflow/stage.ts';
import { type Frame, frameKind, frameReader } from './frames.ts';
import type { InvocationRequest, Replica } from './replica.ts';
import { connectReplica, ReplicaUnavailable } from './socket-replica.ts';

let dir = '';
let sockets = 0;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'clary-sockets-'));
});
after(() => rm(dir, { recursive: true }));

function frame(id: number, kind: number, rest: Uint8Array = new Uint8Array()): Buffer {
  const head = Buffer.alloc(9);
  head.writeUInt32BE(5 + rest.length, 0);
  head.writeUInt32BE(id, 4);
  head[8] = kind;
  return Buffer.concat([head, rest]);
}

const response = (id: number, body: string | Uint8Array, status = 200) =>
  frame(
    id,
    frameKind.response,
    Buffer.concat([Buffer.of(status >> 8, status & 255, 8), Buffer.from('text/csv'), Buffer.from(body)]),
  );

/** The body of a request frame: what comes after the three texts. */
const bodyOf = (rest: Buffer) => rest.subarray(4 + (rest[0] ?? 0) + (rest[1] ?? 0) + rest.readUInt16BE(2)).toString();

type Asked = { readonly id: number; readonly body: string; readonly peer: Socket };

/** A model's process as its socket shows it: it says that it is ready, and leaves every answer to the test. */
async function listen({ isReady = true, path = join(dir, `${++sockets}.sock`) } = {}) {
  const asked: Asked[] = [];
  const peers = new Set<Socket>();
  const server = createServer((peer) => {
    peers.add(peer);
    peer.on('error', () => {});
    peer.on('close', () => peers.delete(peer));
    const read = frameReader(({ id, kind, rest }: Frame) => {
      if (kind === frameKind.request) asked.push({ id, body: bodyOf(rest), peer });
      else if (kind === frameKind.ping && isReady) peer.write(frame(id, frameKind.pong, Buffer.from('{}')));
    });
    peer.on('data', read);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    path,
    asked,
    peers,
    when: (count: number) => until(`${count} requests`, async () => (asked.length >= count ? asked : undefined)),
    async [Symbol.asyncDispose]() {
      for (const peer of peers) peer.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const request = (body: string | Uint8Array, changes: Partial<InvocationRequest> = {}): InvocationRequest => ({
  body: Buffer.from(body),
  contentType: 'text/csv',
  accept: '*/*',
  ...changes,
});
const ask = async (replica: Replica, body: string, timeoutMs = 10_000) =>
  Buffer.from((await replica.invoke(request(body), timeoutMs)).body).toString();
const gone = (message: string | RegExp) => (error: unknown) => {
  assert.ok(error instanceof ReplicaUnavailable);
  assert.match(error.message, new RegExp(message));
  return true;
};
const nothing = () => {};

describe('a replica behind a socket', () => {
  it('answers many requests on one connection, in whatever order they are answered', async () => {
    await using model = await listen();
    const replica = await connectReplica('r', model.path, nothing);
    const count = 500;
    const answers = Promise.all(Array.from({ length: count }, (_, i) => ask(replica, `row ${i}`)));
    assert.equal(replica.inFlight, count);
    const asked = await model.when(count);
    assert.equal(model.peers.size, 1);
    for (const { id, body, peer } of asked.toReversed()) peer.write(response(id, `to ${body}`));
    assert.deepEqual(
      await answers,
      Array.from({ length: count }, (_, i) => `to row ${i}`),
    );
    assert.equal(replica.inFlight, 0);
    replica.close();
  });

  it('passes on status, type and bytes, and ignores bytes of no request', async () => {
    await using model = await listen();
    const replica = await connectReplica('r', model.path, nothing);
    const answer = replica.invoke(request('x', { customAttributes: 'trace=é' }), 10_000);
    const [first] = await model.when(1);
    first?.peer.write(
      Buffer.concat([response(4711, 'for nobody'), frame(first.id, 99), response(first.id, 'bad row', 400)]),
    );
    const { status, contentType, body } = await answer;
    assert.deepEqual([status, contentType, Buffer.from(body).toString()], [400, 'text/csv', 'bad row']);
    replica.close();
  });

  it('sends megabytes in both directions', async () => {
    await using model = await listen();
    const replica = await connectReplica('r', model.path, nothing);
    const large = 'x'.repeat(6 * 1024 * 1024);
    const answer = ask(replica, large);
    const [first] = await model.when(1);
    assert.equal(first?.body, large);
    first?.peer.write(response(first.id, large));
    assert.equal(await answer, large);
    replica.close();
  });
});

describe('a replica behind a socket refuses', () => {
  it('where nobody listens', () =>
    assert.rejects(connectReplica('r', join(dir, 'nobody.sock'), nothing), { code: 'ENOENT' }));

  it('a process that closes before it is ready', async () => {
    await using model = await listen({ isReady: false });
    const connected = connectReplica('r', model.path, nothing);
    const refused = assert.rejects(connected, gone('replica r closed its socket'));
    await until('the peer', async () => (model.peers.size > 0 ? true : undefined));
    for (const peer of model.peers) peer.destroy();
    await refused;
  });

  it('a process that never says that it is ready', async () => {
    await using model = await listen({ isReady: false });
    await assert.rejects(connectReplica('r', model.path, nothing, 50), gone('replica r did not say that it is ready'));
    await until('the end of the connection', async () => (model.peers.size === 0 ? true : undefined));
  });

  it('an answer that does not come in time; the next one comes', async () => {
    await using model = await listen();
    const replica = await connectReplica('r', model.path, nothing);
    const late = ask(replica, 'slow', 1);
    const [slow] = await model.when(1);
    await assert.rejects(late, gone('replica r did not answer in time'));
    assert.equal(replica.inFlight, 0);
    const next = ask(replica, 'next');
    const [, asked] = await model.when(2);
    // The late answer belongs to nobody any more.
    slow?.peer.write(response(slow.id, 'too late'));
    asked?.peer.write(response(asked.id, 'in time'));
    assert.equal(await next, 'in time');
    replica.close();
  });

  for (const [what, bytes] of [
    ['an answer larger than any may be', (id: number) => Buffer.concat([Buffer.of(0x7f, 0, 0, 0), response(id, '')])],
    ['bytes that are no frames', () => Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['an answer that ends within its head', (id: number) => frame(id, frameKind.response, Buffer.of(0))],
  ] as const) {
    it(`${what}: everybody hears of it`, async () => {
      await using model = await listen();
      let closed = 0;
      const replica = await connectReplica('r', model.path, () => {
        closed++;
      });
      const waiting = [ask(replica, 'one'), ask(replica, 'two')].map((answer) =>
        assert.rejects(answer, gone('replica r is gone')),
      );
      const [first] = await model.when(2);
      first?.peer.write(bytes(first.id));
      await Promise.all(waiting);
      assert.equal(closed, 1);
      await assert.rejects(ask(replica, 'three'), gone('replica r is gone'));
    });
  }
});

describe('a replica behind a socket survives', () => {
  it('the death of the process: every waiting request hears of it, once', async () => {
    const model = await listen();
    let closed = 0;
    const replica = await connectReplica('r', model.path, () => {
      closed++;
    });
    const waiting = Array.from({ length: 100 }, (_, i) =>
      assert.rejects(ask(replica, `${i}`), gone('replica r is gone')),
    );
    await model.when(100);
    await model[Symbol.asyncDispose]();
    await Promise.all(waiting);
    assert.deepEqual([closed, replica.inFlight], [1, 0]);
    await assert.rejects(ask(replica, 'after'), gone('replica r is gone'));
    assert.equal(closed, 1);
  });

  it('a new process at the same place', async () => {
    const first = await listen();
    const old = await connectReplica('old', first.path, nothing);
    await first[Symbol.asyncDispose]();
    await using second = await listen({ path: first.path });
    const replica = await connectReplica('new', second.path, nothing);
    const answer = ask(replica, 'x');
    const [asked] = await second.when(1);
    asked?.peer.write(response(asked.id, 'again'));
    assert.equal(await answer, 'again');
    await assert.rejects(ask(old, 'x'), gone('replica old is gone'));
    replica.close();
  });

  it('to be closed, and closed again', async () => {
    await using model = await listen();
    let closed = 0;
    const replica = await connectReplica('r', model.path, () => {
      closed++;
    });
    const waiting = assert.rejects(ask(replica, 'x'), gone('replica r is gone'));
    await model.when(1);
    replica.close();
    replica.close();
    await waiting;
    await until('the end of the connection', async () => (model.peers.size === 0 ? true : undefined));
    assert.equal(closed, 1);
  });

  it('more requests than the peer reads at once', async () => {
    await using model = await listen();
    const replica = await connectReplica('r', model.path, nothing);
    const [peer] = model.peers;
    peer?.pause();
    const large = 'x'.repeat(256 * 1024);
    const answers = Promise.all(Array.from({ length: 40 }, () => ask(replica, large)));
    peer?.resume();
    for (const { id, body } of await model.when(40)) peer?.write(response(id, String(body.length)));
    assert.deepEqual(new Set(await answers), new Set([String(large.length)]));
    replica.close();
  });
});
