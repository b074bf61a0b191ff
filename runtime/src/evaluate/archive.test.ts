import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';
import { ClientError } from '../contract/client-error.ts';
import { type ExampleJob, exampleFolder } from '../contract/example-job.ts';
import { seededRandom } from '../seeded-random.ts';
import { openArtifact } from './archive.ts';

type Entry = Partial<Header> & { readonly name: string } & { readonly text?: string };

async function archiveOf(...entries: Entry[]): Promise<Buffer> {
  const tar = pack();
  for (const { text = '', ...header } of entries) tar.entry(header, text);
  tar.finalize();
  return gzipSync(await buffer(tar));
}

function folderWith(archive: Uint8Array): ExampleJob {
  const folder = exampleFolder();
  folder.write('model.tar.gz', archive);
  return folder;
}

const refuses = async (archive: Uint8Array, message: string | RegExp) => {
  using folder = folderWith(archive);
  await assert.rejects(openArtifact(folder.mlDir), (error: Error) => {
    assert.ok(error instanceof ClientError);
    if (typeof message === 'string') assert.equal(error.message, `model.tar.gz could not be opened: ${message}`);
    else assert.match(error.message, message);
    assert.doesNotMatch(error.message, new RegExp(folder.mlDir), 'no path of the machine');
    return true;
  });
};

describe('openArtifact', () => {
  test('unpacks files and folders beside the archive', async () => {
    using folder = folderWith(
      await archiveOf(
        { name: './', type: 'directory' },
        { name: './xgboost-model', text: 'model' },
        { name: 'code', type: 'directory' },
        { name: 'code/deep/er/inference.py', text: 'pass' },
        { name: 'empty' },
      ),
    );
    const target = await openArtifact(folder.mlDir);
    assert.equal(target, join(folder.mlDir, 'unpacked'));
    assert.deepEqual(readdirSync(target, { recursive: true }).sort(), [
      'code',
      'code/deep',
      'code/deep/er',
      'code/deep/er/inference.py',
      'empty',
      'xgboost-model',
    ]);
    assert.equal(readFileSync(join(target, 'xgboost-model'), 'utf8'), 'model');
  });

  test('reads a folder if there is no archive', async () => {
    using folder = exampleFolder();
    folder.write('xgboost-model', 'model');
    assert.equal(await openArtifact(folder.mlDir), folder.mlDir);
  });

  test('takes no rights from the archive', async () => {
    using folder = folderWith(await archiveOf({ name: 'run', mode: 0o6777, text: '#!/bin/sh' }));
    assert.equal(statSync(join(await openArtifact(folder.mlDir), 'run')).mode & 0o7111, 0);
  });

  test('unpacks long names and large files', async () => {
    const name = `${'n'.repeat(90)}/${'m'.repeat(120)}`;
    using folder = folderWith(await archiveOf({ name, text: 'x'.repeat(3_000_000) }));
    assert.equal(statSync(join(await openArtifact(folder.mlDir), name)).size, 3_000_000);
  });
});

describe('openArtifact refuses', () => {
  for (const name of ['../evil', 'a/../../evil', '/etc/evil', 'a/..', '..', './../evil']) {
    test(`the entry ${name}`, async () => {
      await refuses(await archiveOf({ name, text: 'x' }), `the entry ${JSON.stringify(name)} leads out of the archive`);
    });
  }

  test('a name with a newline, or with what a terminal obeys', async () => {
    for (const name of ['a\nb', 'folder\u001b[2J/model', 'a\u2028b'])
      await refuses(
        await archiveOf({ name, text: 'x' }),
        `the entry ${JSON.stringify(name)} has a newline or another control character in its name`,
      );
  });

  test('more than the job may write, and leaves nothing of what came before', async () => {
    const archive = await archiveOf(
      { name: 'first', text: 'x'.repeat(800) },
      { name: 'second', text: 'x'.repeat(300) },
    );
    using folder = folderWith(archive);
    await assert.rejects(openArtifact(folder.mlDir, 1000), {
      message: 'model.tar.gz could not be opened: the archive unpacks to more than 1000 bytes',
    });
    assert.deepEqual(readdirSync(folder.mlDir), ['model.tar.gz']);
    assert.equal(await openArtifact(folder.mlDir, 1100), join(folder.mlDir, 'unpacked'));
  });

  test('links of both kinds, wherever they lead, and devices', async () => {
    for (const type of ['symlink', 'link', 'fifo', 'character-device', 'block-device'] as const) {
      const entry = { name: 'x', type, linkname: 'xgboost-model' };
      await refuses(
        await archiveOf({ name: 'xgboost-model', text: 'm' }, entry),
        `the entry "x" is a ${type}; only files and folders are unpacked`,
      );
    }
  });

  test('a file through a link', async () => {
    using outside = exampleFolder();
    const archive = await archiveOf(
      { name: 'out', type: 'symlink', linkname: outside.mlDir },
      { name: 'out/evil', text: 'x' },
    );
    await refuses(archive, 'the entry "out" is a symlink; only files and folders are unpacked');
    assert.equal(existsSync(join(outside.mlDir, 'evil')), false);
  });

  test('two entries of one name, and one below a file', async () => {
    const twice = await archiveOf({ name: 'a', text: '1' }, { name: './a', text: '2' });
    await refuses(twice, 'the entry "./a" stands where another one is');
    const below = await archiveOf({ name: 'a', text: '1' }, { name: 'a/b', text: '2' });
    await refuses(below, 'the entry "a/b" stands where another one is');
  });

  test('an entry that claims more than fits', async () => {
    const tar = pack();
    tar.entry({ name: 'huge', size: 21 * 2 ** 30 });
    const [header] = (await once(tar, 'data')) as [Buffer];
    await refuses(gzipSync(header), `the archive unpacks to more than ${20 * 2 ** 30} bytes`);
  });

  test('what is no archive, or ends early', async () => {
    await refuses(Buffer.from('not gzip'), 'incorrect header check');
    await refuses(Buffer.alloc(0), /^model\.tar\.gz could not be opened: .+/);
    const whole = await archiveOf({ name: 'a', text: Buffer.alloc(5000, 'abc').toString() });
    await refuses(whole.subarray(0, whole.length - 20), 'unexpected end of file');
    await refuses(gzipSync(Buffer.alloc(1024, 'x')), /^model\.tar\.gz could not be opened: .+/);
  });
});

describe('openArtifact survives', () => {
  test('an archive cut anywhere: it says so, and never waits for the rest', async () => {
    const random = seededRandom(3);
    const text = Array.from({ length: 600 }, () => random()).join();
    const whole = await archiveOf({ name: 'a', text }, { name: 'b/c', text: text.slice(0, 900) });
    // The last bytes are the checksum: all entries are there before the end is missed.
    const near = Array.from({ length: 24 }, (_, missing) => whole.length - 1 - missing);
    const far = Array.from({ length: 40 }, () => Math.floor(random() * whole.length));
    for (const length of [...near, ...near, ...far])
      await refuses(whole.subarray(0, length), /could not be opened: .+/);
  });
});
