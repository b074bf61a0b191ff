import assert from 'node:assert/strict';
import { link, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderSize } from './folder-size.ts';

test('folderSize counts what the disk holds, once, and follows no link', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'clary-size-'));
  try {
    await mkdir(join(folder, 'below'));
    await writeFile(join(folder, 'below', 'file'), Buffer.alloc(1 << 20, 1));
    await link(join(folder, 'below', 'file'), join(folder, 'again'));
    await writeFile(join(folder, 'holes'), '');
    await truncate(join(folder, 'holes'), 1 << 30);
    await symlink('/usr', join(folder, 'link'));
    const size = await folderSize(folder);
    assert.ok(size >= 1 << 20 && size < (1 << 20) + (1 << 17), String(size));
    assert.equal(await folderSize(join(folder, 'nowhere')), 0);
    assert.ok((await folderSize(folder, 'blocks', 0)) > 0);
    const lengths = await folderSize(folder, 'lengths');
    assert.ok(lengths >= (1 << 30) + (1 << 20) && lengths < (1 << 30) + (1 << 20) + (1 << 17), String(lengths));
    assert.equal(await folderSize(join(folder, 'holes'), 'lengths'), 1 << 30);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('folderSize counts below folders whose names are no text', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'clary-size-'));
  try {
    const hidden = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff])]);
    await mkdir(hidden);
    await writeFile(Buffer.concat([hidden, Buffer.from('/'), Buffer.from([0xfe])]), Buffer.alloc(1 << 20, 1));
    assert.ok((await folderSize(folder)) >= 1 << 20);
  } finally {
    await rm(folder, { recursive: true });
  }
});
