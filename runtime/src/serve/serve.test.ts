import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, test } from 'node:test';
import { exampleModel } from '../xgboost/example-model.ts';
import { FrameReader, FrameWriter, frameKind, maxFrameBytes, readResponse } from './frames.ts';

const entry = `import { serve } from ${JSON.stringify(new URL('./serve.ts', import.meta.url).href)};
const [mlDir, socket] = process.argv.slice(1);
process.exitCode = await serve({ mlDir, socket });`;

interface Place extends Disposable {
  readonly mlDir: string;
  readonly socket: string;
}

function place(model: string | undefined = exampleModel()): Place {
  const dir = mkdtempSync(join(tmpdir(), 'serve-'));
  mkdirSync(join(dir, 'model'));
  if (model !== '') writeFileSync(join(dir, 'model', 'xgboost-model'), model);
  return {
    mlDir: dir,
    socket: join(dir, 'model.sock'),
    [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
  };
}

interface Process extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly firstLine: string | undefined;
  /** Exit status, once both its streams have ended. */
  readonly exited: Promise<number | null>;
  errors(): string;
}

/** Waits for the first line or the end. */
async function start({ mlDir, socket }: Place): Promise<Process> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', entry, mlDir, socket], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {},
  });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const exited = once(child, 'close').then(([code]) => code as number | null);
  const lines = createInterface({ input: child.stdout });
  const firstLine = await Promise.race([
    once(lines, 'line').then(([line]) => line as string),
    exited.then(() => undefined),
  ]);
  return {
    child,
    firstLine,
    exited,
    errors: () => errors,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

interface Answered {
  readonly id: number;
  readonly kind: number;
  readonly text: string;
  readonly status: number;
}

class Client implements Disposable {
  readonly socket: Socket;
  readonly writer = new FrameWriter();
  readonly answers: Answered[] = [];
  readonly #reader: FrameReader;

  constructor(path: string) {
    this.socket = connect(path);
    this.#reader = new FrameReader((id, kind, bytes, start, end) => {
      const isResponse = kind === frameKind.response;
      const { status, body } = isResponse
        ? readResponse(bytes, start, end)
        : { status: 0, body: bytes.subarray(start, end) };
      this.answers.push({ id, kind, status, text: body.toString() });
    });
    this.socket.on('data', (chunk) => {
      this.#reader.push(chunk);
      this.socket.emit('answers');
    });
    this.socket.on('error', () => this.socket.destroy());
  }

  ask(id: number, body: string): void {
    this.writer.request(id, { contentType: 'text/csv', accept: '*/*', customAttributes: '' }, body);
  }

  flush(): void {
    for (const chunk of this.writer.take()) this.socket.write(chunk);
  }

  async until(count: number): Promise<readonly Answered[]> {
    while (this.answers.length < count) await once(this.socket, 'answers');
    return this.answers;
  }

  async closed(): Promise<void> {
    if (!this.socket.closed) await once(this.socket, 'close');
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}

describe('serve', () => {
  test('says when it is ready, on a socket for its user alone; answers pings and requests; ends on request', async () => {
    using at = place();
    await using running = await start(at);
    assert.equal(running.firstLine, `ready: xgboost with 2 features on ${at.socket}`);
    assert.equal(statSync(at.socket).mode & 0o777, 0o600);
    using client = new Client(at.socket);
    client.writer.ping(1);
    client.ask(2, '3,0.1');
    client.ask(3, '1,2,3');
    client.flush();
    const [pong, right, wrong] = await client.until(3);
    assert.deepEqual([pong?.id, pong?.kind, pong?.text], [1, frameKind.pong, '{"name":"xgboost","features":2}']);
    assert.deepEqual([right?.id, right?.status, right?.text], [2, 200, '0.75\n']);
    assert.deepEqual([wrong?.id, wrong?.status], [3, 400]);
    running.child.kill('SIGTERM');
    assert.equal(await running.exited, 0);
    await client.closed();
    assert.ok(!existsSync(at.socket));
    assert.match(running.errors(), /^request 3: 400 .*Feature size[^\n]*\n$/);
  });

  test('many requests on many connections at once', async () => {
    using at = place();
    await using running = await start(at);
    assert.ok(running.firstLine);
    const clients = Array.from({ length: 8 }, () => new Client(at.socket));
    await Promise.all(
      clients.map(async (client) => {
        for (let id = 0; id < 2_000; id++) client.ask(id, id % 2 === 0 ? '3,0.1' : '1,1');
        client.flush();
        const answers = await client.until(2_000);
        assert.ok(answers.every(({ id, text }) => text === (id % 2 === 0 ? '0.75\n' : '-0.5\n')));
        assert.equal(new Set(answers.map(({ id }) => id)).size, 2_000);
        client.socket.destroy();
      }),
    );
  });
});

describe('serve refuses', () => {
  for (const [name, model, reason] of [
    ['a folder without a model', '', /holds no file; expected xgboost-model/],
    ['a model cut short', exampleModel().slice(0, -50), /xgboost-model cannot be loaded: /],
    ['a pickle', 'ccopy_reg\n_reconstructor', /pickle/],
  ] as const) {
    test(`${name}: the reason on stderr and in the failure file, status 1`, async () => {
      using at = place(model);
      await using running = await start(at);
      assert.equal(running.firstLine, undefined);
      assert.equal(await running.exited, 1);
      assert.match(running.errors(), reason);
      assert.match(readFileSync(join(at.mlDir, 'output', 'failure'), 'utf8'), reason);
      assert.ok(!existsSync(at.socket));
    });
  }

  test('a socket that another process answers', async () => {
    using at = place();
    const other = createServer((peer) => peer.on('error', () => peer.destroy())).listen(at.socket);
    await once(other, 'listening');
    try {
      await using running = await start(at);
      assert.equal(running.firstLine, undefined);
      assert.equal(await running.exited, 1);
      assert.match(running.errors(), /another process listens there/);
      assert.ok(existsSync(at.socket));
    } finally {
      other.close();
    }
  });
});

describe('serve survives', () => {
  test('garbage on a connection: that one is closed, the others are answered', async () => {
    using at = place();
    await using running = await start(at);
    using good = new Client(at.socket);
    const oversized = Buffer.alloc(9);
    oversized.writeUInt32BE(maxFrameBytes + 1);
    const unknownKind = Buffer.from([0, 0, 0, 5, 0, 0, 0, 1, 77]);
    const cutHead = Buffer.from([0, 0, 0, 9, 0, 0, 0, 1, 1, 200, 200, 0, 0]);
    for (const garbage of [Buffer.from('GET / HTTP/1.1\r\n\r\n'), oversized, Buffer.alloc(100), unknownKind, cutHead]) {
      using bad = new Client(at.socket);
      bad.socket.write(garbage);
      await bad.closed();
    }
    good.ask(1, '3,0.1');
    good.flush();
    assert.equal((await good.until(1))[0]?.text, '0.75\n');
    assert.equal(running.errors().match(/connection closed: /g)?.length, 5);
  });

  test('a predecessor that was killed and left its socket', async () => {
    using at = place();
    {
      await using first = await start(at);
      assert.ok(first.firstLine);
    }
    assert.ok(existsSync(at.socket));
    await using second = await start(at);
    assert.match(second.firstLine ?? '', /^ready/);
  });

  test('SIGTERM with a request half sent, and again, and Ctrl-C: it is finished first', async () => {
    using at = place();
    await using running = await start(at);
    using client = new Client(at.socket);
    using idle = new Client(at.socket);
    client.ask(1, '3,0.1');
    client.ask(2, '3,0.9');
    const [frames] = client.writer.take();
    assert.ok(frames);
    client.socket.write(frames.subarray(0, frames.length - 3));
    idle.writer.ping(1);
    idle.flush();
    await Promise.all([client.until(1), idle.until(1)]);
    running.child.kill('SIGTERM');
    // The idle connection is let go, the other one is waited for.
    await idle.closed();
    running.child.kill('SIGTERM');
    running.child.kill('SIGINT');
    client.socket.write(frames.subarray(frames.length - 3));
    assert.equal((await client.until(2))[1]?.text, '2.0\n');
    assert.equal(await running.exited, 0);
  });

  test('peers that vanish with answers on their way', async () => {
    using at = place();
    await using running = await start(at);
    for (let round = 0; round < 5; round++) {
      using client = new Client(at.socket);
      for (let id = 0; id < 3_000; id++) client.ask(id, '3,0.1');
      client.flush();
      await client.until(1);
      client.socket.destroy();
    }
    using client = new Client(at.socket);
    client.ask(1, '3,0.1');
    client.flush();
    assert.equal((await client.until(1))[0]?.text, '0.75\n');
    assert.equal(running.child.exitCode, null);
  });
});
