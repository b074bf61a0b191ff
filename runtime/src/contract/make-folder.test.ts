import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeFolder } from './make-folder.ts';

test('makeFolder makes what is missing, and leaves what is there', async () => {
  const mlDir = await mkdtemp(join(tmpdir(), 'clary-folder-'));
  try {
    for (let i = 0; i < 2; i++) assert.equal(await makeFolder(mlDir, 'a', 'b'), join(mlDir, 'a', 'b'));
    assert.ok((await stat(join(mlDir, 'a', 'b'))).isDirectory());
  } finally {
    await rm(mlDir, { recursive: true });
  }
});

test('makeFolder fails where the folder was deleted under the program that stands in it', async () => {
  const mlDir = await mkdtemp(join(tmpdir(), 'clary-folder-'));
  const module = JSON.stringify(new URL('./make-folder.ts', import.meta.url).href);
  const program = `
    const { makeFolder } = await import(${module});
    const { rmSync } = await import('node:fs');
    rmSync(${JSON.stringify(mlDir)}, { recursive: true });
    console.log(await makeFolder('.', 'output').catch((error) => error.code));`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { cwd: mlDir });
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  await once(child, 'close');
  assert.equal(out, 'ENOENT\n');
});
