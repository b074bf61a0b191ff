import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
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

describe('archives', () => {
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

describe('archives', () => {
  test('keeps what may be run, empty folders, and links that stay inside', async () => {
    const source = join(folder, 'kinds');
    await mkdir(join(source, 'a', 'empty'), { recursive: true });
    await writeFile(join(source, 'a', 'run'), 'x', { mode: 0o755 });
    await writeFile(join(source, 'nothing'), '');
    await symlink('../nothing', join(source, 'a', 'link'));
    const target = join(folder, 'kinds-again');
    await extractTarGz(createTarGz(source), target, limits);
    assert.deepEqual((await readdir(target, { recursive: true })).sort(), [
      'a',
      'a/empty',
      'a/link',
      'a/run',
      'nothing',
    ]);
    assert.equal((await stat(join(target, 'a', 'run'))).mode & 0o777, 0o700);
    assert.equal((await stat(join(target, 'nothing'))).mode & 0o777, 0o600);
    assert.equal(await readlink(join(target, 'a', 'link')), '../nothing');
  });

  test('a hard link to a file before it', async () => {
    const target = join(folder, 'hard');
    const archive = await archiveOf([{ name: 'a' }, 'x'], [{ name: 'd/b', type: 'link', linkname: './a' }]);
    await extractTarGz(archive, target, limits);
    assert.equal(await readFile(join(target, 'd', 'b'), 'utf8'), 'x');
  });
});

describe('archives survive', () => {
  test('a source that fails: its own error, not a refusal', async () => {
    const source = new Readable({ read() {} });
    source.push(gzipSync(Buffer.alloc(100)).subarray(0, 15));
    const extracting = extractTarGz(source, join(folder, 'source-fails'), limits);
    source.destroy(new Error('Unexpected end of the network'));
    await assert.rejects(
      extracting,
      (error) => !(error instanceof ArchiveRefused) && /of the network/.test(String(error)),
    );
  });

  test('a reader that leaves: packing ends and holds no file', async () => {
    const source = join(folder, 'left');
    await mkdir(source);
    await writeFile(join(source, 'big'), randomBytes(2 ** 21));
    const holds = async () => {
      const links = (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ''));
      return (await Promise.all(links)).some((path) => path.startsWith(source));
    };
    const archive = createTarGz(source);
    await once(archive, 'readable');
    assert.ok(await holds());
    archive.destroy();
    while (await holds()) await new Promise((resolve) => setImmediate(resolve));
  });

  test('a folder that is not there fails the stream', async () => {
    await assert.rejects(buffer(createTarGz(join(folder, 'missing'))), { code: 'ENOENT' });
  });
});

describe('archives refuse', () => {
  const attacks: [what: string, entries: Entry[], message: RegExp][] = [
    ['a path that leads out', [[{ name: '../out' }, 'x']], /entry "\.\.\/out" leads out of the archive/],
    ['a path that leads out in the middle', [[{ name: 'a/../../out' }, 'x']], /leads out of the archive/],
    ['an absolute path', [[{ name: '/etc/passwd' }, 'x']], /absolute or foreign path/],
    ['a link to the outside', [[{ name: 'l', type: 'symlink', linkname: '/etc' }]], /entry "l" is a link that leads/],
    ['a link that climbs out', [[{ name: 'a/l', type: 'symlink', linkname: '../../x' }]], /entry "a\/l" is a link/],
    [
      'a link that climbs out by way of another',
      [
        [{ name: 'x/y/up', type: 'symlink', linkname: '../..' }],
        [{ name: 'x/y/out', type: 'symlink', linkname: 'up/../../etc' }],
      ],
      /entry "x\/y\/out" is a link that leads, or may lead, out/,
    ],
    [
      'a link that is laid elsewhere by another',
      [
        [{ name: 'a/b/up', type: 'symlink', linkname: '../..' }],
        [{ name: 'a/b/up/out', type: 'symlink', linkname: '../../../etc' }],
      ],
      /entry "a\/b\/up" has the path of another entry/,
    ],
    [
      'a file through a link',
      [[{ name: 'd', type: 'symlink', linkname: 'e' }], [{ name: 'd/f' }, 'x']],
      /has the path of another entry/,
    ],
    [
      'a hard link to the outside',
      [[{ name: 'l', type: 'link', linkname: '/etc/passwd' }]],
      /absolute or foreign path/,
    ],
    ['a hard link to no file', [[{ name: 'l', type: 'link', linkname: 'none' }]], /link to no file before it/],
    ['a file in the place of the folder', [[{ name: '.' }, 'x']], /has the path of another entry/],
    ['a name that is too long', [[{ name: 'n'.repeat(300) }, 'x']], /^entry "n+" has a name that is too long/],
    ['a newline in a name', [[{ name: 'a\n/etc/passwd' }, 'x']], /^entry "a\\n\/etc\/passwd" has a newline/],
    ['a terminal’s commands in a folder’s name', [[{ name: '\u001b[2J/', type: 'directory' }]], /another control char/],
    [
      'a link to a name with a newline',
      [[{ name: 'l', type: 'symlink', linkname: 'a\nb' }]],
      /^entry "l" is a link to a name with a newline/,
    ],
    ['a device', [[{ name: 'null', type: 'character-device' }]], /is a character-device/],
    ['too many entries', Array.from({ length: 6 }, (_, i): Entry => [{ name: `f${i}` }, 'x']), /more than 5 entries/],
    ['too many bytes', [[{ name: 'big' }, 'x'.repeat(1001)]], /more than 1000 bytes/],
    [
      'the same file twice',
      [
        [{ name: 'a' }, 'x'],
        [{ name: 'a' }, 'y'],
      ],
      /has the path of another entry/,
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

  test('padding without end behind the last file', async () => {
    const refused = extractTarGz(Readable.from([gzipSync(Buffer.alloc(2 ** 22))]), join(folder, 'padding'), limits);
    await assert.rejects(refused, /unpacks to far more than its files hold/);
  });

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

describe('archives survive', () => {
  test('an archive cut anywhere: it is refused at once', async () => {
    const entries: Entry[] = ['a', 'b/c'].map((name) => [{ name }, randomBytes(300).toString('hex')]);
    const whole = await buffer(await archiveOf(...entries));
    // Near the end all entries are there before the end is missed.
    for (let length = whole.length - 1; length > 0; length -= length > whole.length - 30 ? 1 : 37) {
      const target = join(folder, `cut-${length}`);
      const cut = Readable.from([whole.subarray(0, length)]);
      await assert.rejects(extractTarGz(cut, target, { maxBytes: 10_000, maxEntries: 5 }), ArchiveRefused);
    }
  });
});
