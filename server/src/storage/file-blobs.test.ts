import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { newBlobId } from './blobs.ts';
import { openFileBlobs } from './file-blobs.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clary-blobs-'));
});
after(() => rm(folder, { recursive: true }));

async function* pieces(...parts: (string | Uint8Array)[]): AsyncIterable<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

const filesOf = async (dir: string) =>
  (await readdir(dir, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).length;

const pathOf = (dir: string, id: string) => join(dir, id.slice(0, 2), id.slice(2, 4), id);

describe('file blobs', () => {
  for (const durability of ['power', 'process'] as const) {
    test(`keeps bytes and gives ranges of them (${durability})`, async () => {
      const dir = join(folder, durability);
      const blobs = await openFileBlobs({ dir, durability });
      const blob = await blobs.put(pieces('hello', '', ' world'));
      assert.match(blob.id, /^[0-9a-f]{32}$/);
      assert.equal(blob.size, 11);
      assert.equal(String(await buffer(await blobs.open(blob.id))), 'hello world');
      assert.equal(String(await buffer(await blobs.open(blob.id, { start: 4, end: 6 }))), 'o w');
      assert.equal((await stat(pathOf(dir, blob.id))).mode & 0o777, 0o600);
      const empty = await blobs.put(pieces());
      assert.equal((await buffer(await blobs.open(empty.id))).length, 0);
      assert.deepEqual(await readdir(join(dir, 'incoming')), []);
    });
  }

  test('accepts an id that is known before the bytes', async () => {
    const blobs = await openFileBlobs({ dir: join(folder, 'named') });
    const id = newBlobId();
    assert.deepEqual(await blobs.put(pieces('aa'), id), { id, size: 2 });
    assert.equal(String(await buffer(await blobs.open(id))), 'aa');
  });

  test('many at once, each its own', async () => {
    const blobs = await openFileBlobs({ dir: join(folder, 'many') });
    const contents = Array.from({ length: 50 }, () => randomBytes(100_000));
    const made = await Promise.all(contents.map((content) => blobs.put(pieces(content))));
    const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
    const read = await Promise.all(made.map(async ({ id }) => hash(await buffer(await blobs.open(id)))));
    assert.deepEqual(read, contents.map(hash));
  });

  test('removes, and again without complaint', async () => {
    const blobs = await openFileBlobs({ dir: join(folder, 'remove') });
    const { id } = await blobs.put(pieces('x'));
    const opened = await blobs.open(id);
    await blobs.remove(id);
    await blobs.remove(id);
    assert.equal(String(await buffer(opened)), 'x', 'who reads it already reads it to its end');
    await assert.rejects(blobs.open(id), { code: 'ENOENT' });
  });

  test('sweeps old blobs that no row names, and nothing else', async () => {
    const dir = join(folder, 'sweep');
    const blobs = await openFileBlobs({ dir });
    const [known, young, old] = [
      await blobs.put(pieces('k')),
      await blobs.put(pieces('y')),
      await blobs.put(pieces('o')),
    ];
    const hourAgo = Date.now() / 1000 - 3600;
    for (const { id } of [known, old]) await utimes(pathOf(dir, id), hourAgo, hourAgo);
    const asked: string[] = [];
    const removed = await blobs.sweep(async (ids) => {
      asked.push(...ids);
      return new Set([known.id]);
    }, 60_000);
    assert.equal(removed, 1);
    assert.deepEqual(asked.sort(), [known.id, old.id].sort());
    assert.equal(String(await buffer(await blobs.open(known.id))), 'k');
    assert.equal(String(await buffer(await blobs.open(young.id))), 'y');
    await assert.rejects(blobs.open(old.id), { code: 'ENOENT' });
  });
});

describe('file blobs refuse', () => {
  test('ids that it did not make', async () => {
    const blobs = await openFileBlobs({ dir: join(folder, 'ids') });
    for (const id of ['../../etc/passwd', '', 'A'.repeat(32), `${'a'.repeat(32)}/`]) {
      await assert.rejects(blobs.open(id), /not a blob id/);
      assert.throws(() => blobs.remove(id), /not a blob id/);
      await assert.rejects(blobs.put(pieces('x'), id), /not a blob id/);
    }
    assert.equal(await filesOf(join(folder, 'ids')), 0);
  });
});

describe('file blobs survive', () => {
  test('a source that fails leaves nothing behind', async () => {
    const dir = join(folder, 'fails');
    const blobs = await openFileBlobs({ dir });
    async function* failing(): AsyncIterable<Uint8Array> {
      yield randomBytes(100_000);
      throw new Error('the connection broke');
    }
    await assert.rejects(blobs.put(failing()), /the connection broke/);
    assert.equal(await filesOf(dir), 0);
  });

  test('a folder that cannot be written leaves nothing behind', async () => {
    const dir = join(folder, 'no-place');
    const blobs = await openFileBlobs({ dir });
    // In the way of every fan-out folder stands a file.
    for (let i = 0; i < 256; i++) await writeFile(join(dir, i.toString(16).padStart(2, '0')), '');
    await assert.rejects(blobs.put(pieces('x')), (error) => /ENOTDIR|EEXIST/.test(String(error)));
    assert.deepEqual(await readdir(join(dir, 'incoming')), []);
  });

  test('a kill in the middle of writing: the next start clears it away', async () => {
    const dir = join(folder, 'restart');
    const { id } = await (await openFileBlobs({ dir })).put(pieces('kept'));
    await writeFile(join(dir, 'incoming', 'e'.repeat(32)), 'half');
    const blobs = await openFileBlobs({ dir });
    assert.equal(await filesOf(dir), 1);
    assert.equal(String(await buffer(await blobs.open(id))), 'kept');
  });
});
