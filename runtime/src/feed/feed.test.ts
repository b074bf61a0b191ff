import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { epochOrder } from './order.ts';
import type { PipePlan } from './plan.ts';
import { recordIo } from './record-io.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
let root: string;

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'clary-feed-'));
});
after(() => rm(root, { recursive: true }));

interface Feeder extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly dir: string;
  /** Everything that one epoch's pipe gives. */
  read(epoch: number): Promise<Buffer>;
}

async function startFeeder(
  name: string,
  files: readonly (string | Buffer)[],
  changes: Partial<PipePlan> = {},
): Promise<Feeder> {
  const dir = join(root, name);
  const folder = join(dir, 'data');
  const staged = join(dir, 'staged');
  await mkdir(folder, { recursive: true });
  await mkdir(staged);
  const lines = files.map((_, i) => `${JSON.stringify([{ file: String(i) }])}\n`);
  await Promise.all(files.map((bytes, i) => writeFile(join(staged, String(i)), bytes)));
  const records = join(dir, 'records');
  await writeFile(records, lines.join(''));
  execFileSync('mkfifo', [join(folder, 'train_0')]);
  const plan = { channel: 'train', folder, staged, records, compression: 'None', wrapper: 'None', ...changes };
  await writeFile(join(dir, 'plan.json'), JSON.stringify({ pipes: [plan] }));
  const child = spawn(process.execPath, [main, 'feed', '--plan', join(dir, 'plan.json')], {
    env: { ...process.env, UV_THREADPOOL_SIZE: '6' },
    stdio: 'ignore',
  });
  return {
    child,
    dir,
    read: (epoch) => readFile(join(folder, `train_${epoch}`)),
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

describe('a feeder', () => {
  test('gives every epoch all objects one after the other, and always has the next pipe ready', async () => {
    await using feeder = await startFeeder('epochs', ['one\n', '', 'two\n']);
    for (let epoch = 0; epoch < 5; epoch++) assert.equal(String(await feeder.read(epoch)), 'one\ntwo\n');
    assert.deepEqual((await readdir(join(feeder.dir, 'data'))).length, 6);
  });

  test('does not mind SIGTERM, nor a reader that leaves early', async () => {
    const big = Buffer.alloc(3_000_000, 'x');
    await using feeder = await startFeeder('early', [big]);
    const head = execFileSync('head', ['-c', '10', join(feeder.dir, 'data', 'train_0')]);
    assert.equal(String(head), 'x'.repeat(10));
    feeder.child.kill('SIGTERM');
    assert.ok((await feeder.read(1)).equals(big));
    assert.equal(feeder.child.exitCode, null);
  });

  test('holds little of what it streams in memory', async () => {
    await using feeder = await startFeeder('large', ['']);
    const size = 512 * 2 ** 20;
    await truncate(join(feeder.dir, 'staged', '0'), size);
    const count = execFileSync('wc', ['-c', join(feeder.dir, 'data', 'train_0')]);
    assert.equal(Number.parseInt(String(count), 10), size);
    const status = await readFile(`/proc/${feeder.child.pid}/status`, 'utf8');
    const peakKb = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]);
    assert.ok(peakKb < 256 * 1024, `${peakKb} kB`);
  });

  test('unpacks gzip', async () => {
    const files = ['one\n', 'two\n'].map((text) => gzipSync(text));
    await using feeder = await startFeeder('gzip', files, { compression: 'Gzip' });
    assert.equal(String(await feeder.read(0)), 'one\ntwo\n');
  });

  test('wraps each object as a record', async () => {
    await using feeder = await startFeeder('wrapped', ['hello', gzipSync('')], { wrapper: 'RecordIO' });
    const bytes = await feeder.read(0);
    assert.deepEqual(bytes.subarray(0, 16), Buffer.from('0a23d7ce0500000068656c6c6f000000', 'hex'));
    assert.equal(bytes.readUInt32LE(16), 0xced7230a);
    assert.equal(bytes.readUInt32LE(20), gzipSync('').length);
  });

  test('wraps what it unpacks with the unpacked length', async () => {
    await using feeder = await startFeeder('both', [gzipSync('abcd')], { wrapper: 'RecordIO', compression: 'Gzip' });
    assert.deepEqual(await feeder.read(0), Buffer.from('0a23d7ce0400000061626364', 'hex'));
  });

  test('shuffles by the seed, otherwise in each epoch', async () => {
    const files = Array.from({ length: 30 }, (_, i) => `${i}\n`);
    const read = async (name: string, seed: number) => {
      await using feeder = await startFeeder(name, files, { seed });
      return [String(await feeder.read(0)), String(await feeder.read(1))];
    };
    const first = await read('seed-1', 7);
    assert.deepEqual(await read('seed-2', 7), first);
    assert.notDeepEqual(await read('seed-3', 8), first);
    assert.notEqual(first[0], first[1]);
    for (const epoch of first) assert.deepEqual(epoch.split('\n').sort(), files.join('').split('\n').sort());
  });

  test('says what is wrong with the data, and ends', async () => {
    await using feeder = await startFeeder('damaged', ['no gzip'], { compression: 'Gzip' });
    const ended = once(feeder.child, 'exit');
    await feeder.read(0);
    assert.deepEqual(await ended, [1, null]);
    assert.match(
      await readFile(join(feeder.dir, 'failure'), 'utf8'),
      /^ClientError: Data of channel train could not be decompressed: CompressionType is Gzip, and an object is not a whole gzip file/,
    );
  });

  test('writes into no link that a program put in a pipe’s place', async () => {
    await using feeder = await startFeeder('link', ['data']);
    const target = join(root, 'target');
    await writeFile(target, 'as it was');
    const ended = once(feeder.child, 'exit');
    const reading = feeder.read(0);
    await symlink(target, join(feeder.dir, 'data', 'train_1')).catch(() => {});
    await reading.catch(() => {});
    if ((await readdir(join(feeder.dir, 'data'), { withFileTypes: true })).some((entry) => entry.isSymbolicLink()))
      assert.deepEqual(await ended, [1, null]);
    assert.equal(await readFile(target, 'utf8'), 'as it was');
  });
});

test('an order has every record once over all shares, in each epoch', () => {
  for (const epoch of [0, 1]) {
    const shares = [0, 1, 2].map((index) => [...epochOrder(10, epoch, 5, { index, count: 3 })]);
    assert.deepEqual(
      shares.flat().sort((a, b) => a - b),
      [...epochOrder(10, epoch)],
    );
    assert.deepEqual(
      shares.map((share) => share.length),
      [4, 3, 3],
    );
  }
  assert.notDeepEqual(epochOrder(10, 0, 5), epochOrder(10, 0, 5 + 2 ** 32));
});

test('a record too long for one part becomes several', async () => {
  const chunks: Buffer[] = [];
  for await (const chunk of recordIo([Buffer.from('abcdefg'), Buffer.from('hij')], 10, 4)) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const flags = [0, 12, 24].map((at) => bytes.readUInt32LE(at + 4) >>> 29);
  const lengths = [0, 12, 24].map((at) => bytes.readUInt32LE(at + 4) & 0x1fffffff);
  assert.deepEqual(
    [flags, lengths],
    [
      [1, 2, 3],
      [4, 4, 2],
    ],
  );
  assert.equal(bytes.subarray(8, 12).toString() + bytes.subarray(20, 24) + bytes.subarray(32, 34), 'abcdefghij');
  assert.equal(bytes.length, 36);
});
