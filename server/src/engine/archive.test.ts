import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { ArchiveRefused, createTarGz, extractTarGz } from './archive.ts';

const limits = { maxBytes: 1000, maxEntries: 5 };
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clary-archive-'));
});
after(() => rm(folder, { recursive: true }));

type Entry = [header: Parameters<ReturnType<typeof pack>['entry']>[0], body?: string];

async function archiveOf(...entries: Entry[]): Promise<Readable> {
  const archive = pack();
  for (const [header, body] of entries) archive.entry(header, body ?? '');
  archive.finalize();
  return Readable.from([gzipSync(await buffer(archive))]);
}

describe('does', () => {
  test('packs and unpacks; the same files give the same bytes', async () => {
    const source = join(folder, 'source');
    await mkdir(join(source, 'code'), { recursive: true });
    await writeFile(join(source, 'xgboost-model'), 'model');
    await writeFile(join(source, 'code', 'inference.py'), 'pass');
    const [first, second] = [await buffer(createTarGz(source)), await buffer(createTarGz(source))];
    assert.deepEqual(first, second);
    const target = join(folder, 'target');
    await extractTarGz(Readable.from([first]), target, limits);
    assert.equal(await readFile(join(target, 'xgboost-model'), 'utf8'), 'model');
    assert.equal(await readFile(join(target, 'code', 'inference.py'), 'utf8'), 'pass');
  });
});

describe('refuses', () => {
  const attacks: [what: string, entries: Entry[], message: RegExp][] = [
    ['a path that leads out', [[{ name: '../out' }, 'x']], /entry "\.\.\/out" leads out of the archive/],
    ['a path that leads out in the middle', [[{ name: 'a/../../out' }, 'x']], /leads out of the archive/],
    ['an absolute path', [[{ name: '/etc/passwd' }, 'x']], /absolute or foreign path/],
    [
      'a symbolic link',
      [[{ name: 'link', type: 'symlink', linkname: '/etc' }]],
      /is a symlink; only files and folders/,
    ],
    ['a hard link', [[{ name: 'link', type: 'link', linkname: '/etc/passwd' }]], /is a link; only files and folders/],
    ['a device', [[{ name: 'null', type: 'character-device' }]], /is a character-device/],
    ['too many entries', Array.from({ length: 6 }, (_, i): Entry => [{ name: `f${i}` }, 'x']), /more than 5 entries/],
    ['too many bytes', [[{ name: 'big' }, 'x'.repeat(1001)]], /more than 1000 bytes/],
    [
      'the same file twice',
      [
        [{ name: 'a' }, 'x'],
        [{ name: 'a' }, 'y'],
      ],
      /the same file twice/,
    ],
  ];
  for (const [what, entries, message] of attacks) {
    test(what, async () => {
      const target = await mkdtemp(join(folder, 'attack-'));
      const refused = extractTarGz(await archiveOf(...entries), join(target, 'in'), limits);
      await assert.rejects(refused, (error) => error instanceof ArchiveRefused && message.test(error.message));
      assert.deepEqual(
        (await readdir(target)).filter((name) => name !== 'in'),
        [],
      );
    });
  }

  for (const [what, bytes] of [
    ['bytes that are no gzip', Buffer.from('not an archive at all')],
    ['a gzip that is cut', gzipSync(Buffer.alloc(5000, 1)).subarray(0, 20)],
    ['a gzip of something else', gzipSync(Buffer.alloc(2000, 0x41))],
  ] as const) {
    test(what, async () => {
      const refused = extractTarGz(Readable.from([bytes]), join(folder, 'nothing'), limits);
      await assert.rejects(refused, ArchiveRefused);
    });
  }
});
