import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { processExecutor } from './engine/executors/process.ts';
import { createLog } from './kit/log.ts';

const program = fileURLToPath(new URL('./down.ts', import.meta.url));

test('down leaves models and jobs running and names them; down --all ends them', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'clary-down-'));
  const down = async (...words: string[]) =>
    (await promisify(execFile)(process.execPath, [program, '--data', dataDir, ...words])).stdout;
  const executor = processExecutor({ log: createLog('silent', () => {}) });
  const runs = [
    ['replicas', 'one'],
    ['replicas', 'two'],
    ['training', 'job', 'algo-1'],
  ].map((names) => join(dataDir, 'runs', ...names));
  try {
    for (const dir of runs)
      await executor.start({ kind: 'process', dir, command: ['/bin/sleep', '1000'], cwd: '/', env: {} });
    const what = '2 model replicas and 1 job process';
    assert.match(await down(), new RegExp(`^No server runs in .+\\nStill running: ${what}\\. .*down --all --data`));
    for (const dir of runs) assert.equal((await executor.status(dir)).state, 'running');
    assert.match(await down('--all'), new RegExp(`\\nEnded: ${what}\\.`));
    for (const dir of runs)
      assert.partialDeepStrictEqual(await executor.status(dir), { state: 'exited', exitCode: 137 });
    assert.match(await down('--all'), /^No server runs in .+\n$/);
  } finally {
    for (const dir of runs) await executor.signal(dir, 'SIGKILL');
    await rm(dataDir, { recursive: true });
  }
});
