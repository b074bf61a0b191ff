/** Where groups can be made. The cases of version 2 need a machine that has it and lets the tests make groups at its top. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { findCgroups } from './cgroups.ts';

const top = '/sys/fs/cgroup';
const nobody = 65534;
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clary-places-'));
});
after(() => rm(folder, { recursive: true }));

test('where there is no such file system, or an ordinary folder, there are no limits, and it is said why', async () => {
  const nowhere = join(folder, 'nowhere');
  assert.equal(await findCgroups(folder, nowhere), `no file system of control groups is mounted at ${nowhere}`);
  const plain = join(folder, 'plain');
  await mkdir(join(plain, 'memory'), { recursive: true });
  assert.equal(await findCgroups(folder, plain), `no file system of control groups is mounted at ${plain}`);
  assert.deepEqual(await readdir(join(plain, 'memory')), []);
});

/** What an ordinary user's platform finds who is alone in a group, given to it or not, or has a neighbour there. */
const seeker = (runsDir: string) => `
import { mkdir, readFile } from 'node:fs/promises';
import { findCgroups } from ${JSON.stringify(new URL('./cgroups.ts', import.meta.url).href)};
import { processExecutor } from ${JSON.stringify(new URL('./process.ts', import.meta.url).href)};
import { createLog } from ${JSON.stringify(new URL('../../kit/log.ts', import.meta.url).href)};
const cgroups = await findCgroups(${JSON.stringify(runsDir)});
if (typeof cgroups === 'string') console.log(cgroups);
else {
  const executor = processExecutor({ log: createLog('silent', () => {}), cgroups });
  const dir = ${JSON.stringify(join(runsDir, 'greedy'))};
  await mkdir(dir, { recursive: true });
  await executor.start({
    kind: 'process', dir, cwd: dir, env: {}, limits: { memoryBytes: 64 * 2 ** 20 },
    command: ['/usr/bin/python3', '-c', "taken = b'x' * (128 << 20)"],
  });
  const alive = setInterval(() => {}, 1000);
  await new Promise((ended) => executor.onExit(dir, ended));
  clearInterval(alive);
  const { exitCode, outOfMemory } = await executor.status(dir);
  const [group] = (await readFile(dir + '/groups', 'utf8')).split('\\n');
  await executor.remove(dir);
  await cgroups.close();
  console.log(JSON.stringify({ exitCode, outOfMemory, group }));
}`;

interface Place {
  readonly group: string;
  readonly runsDir: string;
  seek(): Promise<string>;
}

/** A group below the top, as systemd makes one for a service, with a user's platform in it. */
async function inGroup(context: TestContext, name: string, delegated: boolean, use: (place: Place) => Promise<void>) {
  const group = join(top, `clary-test-${process.pid}-${name}`);
  const isUnified = await access(join(top, 'cgroup.controllers')).then(
    () => true,
    () => false,
  );
  if (!isUnified || process.getuid?.() !== 0) return context.skip('no version 2 here whose top is ours');
  for (const controller of ['memory', 'cpu', 'pids'])
    await writeFile(join(top, 'cgroup.subtree_control'), `+${controller}`);
  await mkdir(group);
  const runsDir = join(folder, name);
  await mkdir(runsDir);
  await chown(runsDir, nobody, nobody);
  await chmod(folder, 0o755);
  const given = ['', 'cgroup.procs', 'cgroup.subtree_control', 'cgroup.threads'];
  if (delegated) for (const file of given) await chown(join(group, file), nobody, nobody);
  const program = join(runsDir, 'seek.ts');
  await writeFile(program, seeker(runsDir));
  const entering = 'echo 0 >"$1"; shift; exec /usr/bin/setpriv --reuid 65534 --regid 65534 --clear-groups "$@"';
  const words = ['-c', entering, 'sh', join(group, 'cgroup.procs'), process.execPath, program];
  try {
    const seek = async () => (await promisify(execFile)('/bin/sh', words)).stdout.trim();
    await use({ group, runsDir, seek });
  } finally {
    for (const entry of await readdir(group, { withFileTypes: true }))
      if (entry.isDirectory()) await rmdir(join(group, entry.name));
    await rmdir(group);
  }
}

describe('an ordinary user’s platform', () => {
  test('makes its groups in its own, where that was given to it, and does so again after a restart', (context) =>
    inGroup(context, 'given', true, async ({ group, seek }) => {
      for (const _ of ['first', 'again']) {
        const found = JSON.parse(await seek());
        assert.deepEqual([found.exitCode, found.outOfMemory], [137, true]);
        assert.ok(found.group.startsWith(`${group}/clary-`), found.group);
      }
      assert.deepEqual(
        (await readdir(group, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map(({ name }) => name),
        ['clary-server'],
      );
    }));

  test('does without if none was delegated', (context) =>
    inGroup(context, 'kept', false, async ({ seek }) => {
      assert.match(await seek(), /^EACCES: permission denied, mkdir/);
    }));

  test('does without where others run in its group, and leaves them where they are', (context) =>
    inGroup(context, 'shared', true, async ({ group, seek }) => {
      const neighbour = spawn('/bin/sleep', ['1000']);
      await writeFile(join(group, 'cgroup.procs'), String(neighbour.pid));
      assert.equal(await seek(), `other programs (process ${neighbour.pid}) run in the platform's own group, ${group}`);
      assert.equal(await readFile(join(group, 'cgroup.procs'), 'utf8'), `${neighbour.pid}\n`);
      neighbour.kill();
      await once(neighbour, 'exit');
    }));
});
