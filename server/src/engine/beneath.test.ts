import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { listBeneath, openBeneath, readBeneath } from './beneath.ts';

let root: string;
let outside: string;

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'clary-beneath-'));
  outside = await mkdtemp(join(tmpdir(), 'clary-outside-'));
  await writeFile(join(outside, 'secret'), 'secret');
  await mkdir(join(root, 'a', 'b'), { recursive: true });
  await writeFile(join(root, 'a', 'b', 'file'), 'inside');
  await writeFile(join(root, 'a', 'first'), '1');
  await symlink(join(outside, 'secret'), join(root, 'a', 'link'));
  await symlink(outside, join(root, 'folder-link'));
  execFileSync('mkfifo', [join(root, 'a', 'pipe')]);
});
after(() => Promise.all([root, outside].map((folder) => rm(folder, { recursive: true }))));

async function listed(...names: string[]): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of listBeneath(root, ...names)) found.push(`${entry.kind} ${entry.names.join('/')}`);
  return found;
}

describe('below a folder', () => {
  test('plain files are read, as far as asked', async () => {
    assert.equal(String(await readBeneath(root, 100, 'a', 'b', 'file')), 'inside');
    assert.equal(String(await readBeneath(root, 3, 'a', 'b', 'file')), 'ins');
  });

  test('links, pipes, folders and what is missing are no files', async () => {
    for (const names of [
      ['a', 'link'],
      ['folder-link', 'secret'],
      ['a', 'pipe'],
      ['a', 'b'],
      ['a', 'none'],
      ['x', 'y'],
    ])
      assert.equal(await openBeneath(root, ...names), undefined, names.join('/'));
  });

  test('a list names files and links, and enters no link', async () => {
    const found = await listed();
    assert.deepEqual(found, ['file a/b/file', 'file a/first', 'link a/link', 'link folder-link']);
    assert.deepEqual(await listed('folder-link'), []);
    assert.deepEqual(await listed('none'), []);
  });

  test('a folder that becomes a link while the list is read shows nothing of what is behind the link', async () => {
    const tree = join(root, 'racing');
    await mkdir(join(tree, 'one'), { recursive: true });
    await mkdir(join(tree, 'two'));
    await writeFile(join(tree, 'one', 'x'), '');
    await writeFile(join(tree, 'two', 'y'), '');
    const seen: string[] = [];
    for await (const { names } of listBeneath(tree)) {
      seen.push(names.join('/'));
      await rename(join(tree, 'two'), join(tree, 'moved')).catch(() => {});
      await symlink(outside, join(tree, 'two')).catch(() => {});
    }
    assert.deepEqual(seen, ['one/x']);
  });
});
