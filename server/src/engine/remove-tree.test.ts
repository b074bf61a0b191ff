import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { removeTree } from './remove-tree.ts';

/** As somebody who is not root: root may enter any folder. */
async function removeAsNobody(folder: string): Promise<void> {
  if (process.getuid?.() !== 0) return removeTree(folder);
  const program = `process.setgid(65534); process.setuid(65534); await (await import(${JSON.stringify(new URL('./remove-tree.ts', import.meta.url).href)})).removeTree(${JSON.stringify(folder)});`;
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
}

async function own(path: string): Promise<void> {
  if (process.getuid?.() === 0) await chown(path, 65534, 65534);
}

test('removeTree removes folders without permissions and follows no link', async () => {
  const top = await mkdtemp(join(tmpdir(), 'clary-remove-'));
  const outside = await mkdtemp(join(tmpdir(), 'clary-stays-'));
  try {
    await chmod(top, 0o777);
    await writeFile(join(outside, 'file'), 'stays');
    await chmod(outside, 0o755);
    const tree = join(top, 'tree');
    const shut = join(tree, 'shut');
    await mkdir(join(shut, 'below'), { recursive: true });
    await writeFile(join(shut, 'below', 'file'), 'x');
    await symlink(outside, join(tree, 'link'));
    for (const path of [tree, shut, join(shut, 'below'), join(shut, 'below', 'file')]) await own(path);
    await chmod(join(shut, 'below'), 0o000);
    await chmod(shut, 0o000);
    await removeAsNobody(tree);
    assert.deepEqual(await readdir(top), []);
    assert.deepEqual(await readdir(outside), ['file']);
    assert.equal((await stat(outside)).mode & 0o777, 0o755);
    await removeTree(join(top, 'never was'));
  } finally {
    await rm(top, { recursive: true });
    await rm(outside, { recursive: true });
  }
});

test('removeTree removes folders that are shut at many depths, while others go', async () => {
  const top = await mkdtemp(join(tmpdir(), 'clary-remove-'));
  try {
    await chmod(top, 0o777);
    let at = join(top, 'tree');
    const shut: string[] = [];
    for (let depth = 0; depth < 60; depth++) {
      shut.push(join(at, 'shut'));
      await mkdir(join(at, 'shut', 'inside'), { recursive: true });
      for (const path of [at, join(at, 'shut'), join(at, 'shut', 'inside')]) await own(path);
      at = join(at, 'd');
    }
    for (const path of shut) await chmod(path, 0o000);
    await removeAsNobody(join(top, 'tree'));
    assert.deepEqual(await readdir(top), []);
  } finally {
    await rm(top, { recursive: true });
  }
});
