/** A server that is killed leaves what it compiled to the next start. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { until } from '../../examples/workflow/stage.ts';

const program = fileURLToPath(new URL('./main.ts', import.meta.url));

test('the start after a kill strips no types again, in any thread', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'clary-compiled-'));
  const env = { ...process.env, NODE_COMPILE_CACHE: join(folder, 'compiled'), NODE_DEBUG_NATIVE: 'COMPILE_CACHE' };
  try {
    const missed: number[] = [];
    for (const _start of ['first', 'second']) {
      const child = spawn(process.execPath, [program, '--data', join(folder, 'data'), '--port', '0'], { env });
      let text = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk));
      // The thread that serves requests, and the one of the database.
      const kept = () => text.split('flushCompileCache() finished').length > 2;
      await until('what was compiled to be kept', async () => kept() || undefined);
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGKILL');
      await ended;
      missed.push(text.split('no transpile cache for').length - 1);
    }
    const [first = 0, second] = missed;
    assert.ok(first > 100, `${first} files were stripped by the first start`);
    assert.equal(second, 0);
  } finally {
    await rm(folder, { recursive: true });
  }
});
