/** Code that others bring must not write the kernel's settings, whoever the platform's user is: in a job, in what its requirements install. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { startPlatform, type TestPlatform } from '../harness/platform.ts';
import { archiveOf, jobLog, runScript } from '../harness/scripts.ts';
import { openWorkbench, type Workbench } from '../harness/workbench.ts';

let platform: TestPlatform;
let bench: Workbench;
before(async () => {
  platform = await startPlatform({ flags: ['--sandbox', 'required'] });
  bench = await openWorkbench(platform);
});
after(() => platform[Symbol.asyncDispose]());

/** Opens and writes nothing. */
const look = `
import os
def opens(path):
    try: os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
    except OSError: return False
    return os.stat(path).st_rdev != os.stat('/dev/null').st_rdev
found = [os.path.join(folder, name) for folder, _, names in os.walk('/proc/sys') for name in names]
filtered = [line.split()[1] for line in open('/proc/self/status') if line.startswith('Seccomp:')]
outcome = 'of %s settings: %s; filter: %s' % ('many' if len(found) > 100 else 'few', [path for path in found if opens(path)], filtered[0])
`;
const nothing = 'of many settings: []; filter: 2';

for (const EnableNetworkIsolation of [false, true]) {
  test(`a job ${EnableNetworkIsolation ? 'without' : 'with'} a network opens none`, async () => {
    const name = EnableNetworkIsolation ? 'isolated' : 'open';
    const files = { 'train.py': `${look}print(outcome)` };
    const job = await runScript(bench, name, {
      files,
      changes: { InputDataConfig: undefined, EnableNetworkIsolation },
    });
    assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
    assert.equal((await jobLog(bench, name)).at(-1), nothing);
  });
}

test('what requirements.txt installs opens none', async () => {
  const setup = `${look}raise SystemExit('found ' + outcome)`;
  const brought = await archiveOf({ 'brought-1.0/setup.py': setup });
  await using server = createServer((_, response) => response.end(brought)).listen(0, '127.0.0.1');
  await new Promise((ready) => server.once('listening', ready));
  const { port } = server.address() as { port: number };
  const files = {
    'train.py': 'print("began")',
    'requirements.txt': `brought @ http://127.0.0.1:${port}/brought-1.0.tar.gz\n`,
  };
  const job = await runScript(bench, 'requires', { files, changes: { InputDataConfig: undefined } });
  assert.equal(job.TrainingJobStatus, 'Failed');
  const log = (await jobLog(bench, 'requires')).join('\n');
  assert.ok(log.includes(`found ${nothing}`), log);
});
