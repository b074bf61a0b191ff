/** Limits that the kernel keeps. Needs a machine whose control groups the tests may use: elsewhere runs go without limits, and that is what is tested. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { runEnd } from '../../../../test/harness/runs.ts';
import { createLog } from '../../kit/log.ts';
import type { Executor, ProcessSpec, RunLimits, RunStatus } from '../executor.ts';
import { isThere } from '../is-there.ts';
import { findSandbox } from './bubblewrap.ts';
import { type Cgroups, findCgroups } from './cgroups.ts';
import { kernelInterfaces } from './kernel-interfaces.ts';
import { processExecutor } from './process.ts';
import { readIdentity } from './process-identity.ts';

const log = createLog('silent', () => {});
let folder: string;
let cgroups: Cgroups | undefined;
/** Version 2 names a group's events in a file of its own. */
let isUnified = false;
let sandboxed: Executor<ProcessSpec>;
let plain: Executor<ProcessSpec>;

async function look(): Promise<Cgroups | undefined> {
  const found = await findCgroups(folder);
  return typeof found === 'string' ? undefined : found;
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clary-limits-'));
  cgroups = await look();
  sandboxed = processExecutor({
    log,
    sandbox: await findSandbox('required', folder, await kernelInterfaces(), log),
    cgroups,
  });
  plain = processExecutor({ log, cgroups });
});
after(async () => {
  for (const name of await readdir(folder)) await plain.remove(join(folder, name));
  await cgroups?.close();
  assert.deepEqual(await ownGroups(), []);
  await rm(folder, { recursive: true, force: true });
});

async function begin(name: string, script: string, limits: RunLimits, executor = sandboxed): Promise<string> {
  const dir = join(folder, name);
  const ml = join(dir, 'ml');
  await mkdir(ml, { recursive: true });
  const mounts = [{ from: ml, to: '/opt/ml', writable: true }];
  await executor.start({
    kind: 'process',
    dir,
    command: ['/usr/bin/python3', '-u', '-c', script],
    env: { PATH: '/usr/bin:/bin' },
    cwd: executor === sandboxed ? '/opt/ml' : ml,
    limits,
    ...(executor === sandboxed ? { sandbox: { mounts, network: 'none', hosts: {} } } : {}),
  });
  const [first] = await groupsOf(dir);
  if (first) isUnified = await isThere(join(first, 'memory.events'));
  return dir;
}

async function end(dir: string): Promise<{ status: RunStatus; text: string }> {
  return { status: await runEnd(sandboxed, dir), text: await readFile(sandboxed.logFile(dir), 'utf8') };
}

const run = async (...words: Parameters<typeof begin>) => end(await begin(...words));
const exitCode = (status: RunStatus) => (status.state === 'exited' ? status.exitCode : status.state);
const outOfMemory = (status: RunStatus) => status.state === 'exited' && status.outOfMemory === true;

async function groupsOf(dir: string): Promise<string[]> {
  const text = await readFile(join(dir, 'groups'), 'utf8').catch(() => '');
  return text.split('\n').filter(Boolean);
}
const inside = async (group: string) =>
  (await readFile(join(group, 'cgroup.procs'), 'utf8')).split('\n').filter(Boolean);

/** The platform's own groups that this test's runs were in and that are still there. */
const owned = new Set<string>();
async function ownGroups(): Promise<string[]> {
  const there = await Promise.all([...owned].map(async (group) => ((await isThere(group)) ? [group] : [])));
  return there.flat();
}

const mebibytes = (count: number) => count * 2 ** 20;
const take = (count: number) => `taken = b'x' * (${count} << 20); print(len(taken) >> 20)`;
/** Prints "begun" when it is in another session than the run's, and waits. */
const inAnotherSession = `
import os, time
reader, writer = os.pipe()
if os.fork() == 0:
    os.setsid()
    os.write(writer, b'x')
    time.sleep(1000)
os.read(reader, 1)
print('begun')`;

describe('a run with limits', () => {
  test('is killed if it takes more memory than its limit, and this is distinguished from another kill', async () => {
    const greedy = await run('greedy', take(150), { memoryBytes: mebibytes(100) });
    for (const group of await groupsOf(join(folder, 'greedy'))) owned.add(dirname(group));
    if (cgroups) assert.deepEqual([exitCode(greedy.status), outOfMemory(greedy.status)], [137, true], greedy.text);
    else assert.equal(greedy.text, '150\n');
    const kill = 'import os, signal; os.kill(os.getpid(), signal.SIGKILL)';
    const killed = await run('killed', kill, { memoryBytes: mebibytes(100) });
    assert.deepEqual([exitCode(killed.status), outOfMemory(killed.status)], [137, false]);
  });

  test('is left alone below it, and leaves no group behind', async () => {
    const limits = { memoryBytes: mebibytes(200), cpus: 0.5, processes: 100 };
    const { status, text } = await run('modest', take(50), limits);
    assert.deepEqual([exitCode(status), outOfMemory(status), text], [0, false, '50\n']);
    const dir = join(folder, 'modest');
    const groups = await groupsOf(dir);
    assert.equal(groups.length > 0, cgroups !== undefined);
    await sandboxed.remove(dir);
    for (const group of groups) assert.equal(await isThere(group), false, group);
  });

  test('is removed after a run whose folder was deleted, without waiting for its group', async (context) => {
    if (!cgroups) return context.skip('no control groups here');
    const dir = join(folder, 'gone');
    await mkdir(dir);
    await cgroups.enter(dir, { memoryBytes: mebibytes(100) });
    const groups = await groupsOf(dir);
    await rm(dir, { recursive: true });
    // The kernel keeps a group that holds another.
    for (const group of groups) await mkdir(join(group, 'inner'));
    assert.ok(await look());
    for (const group of groups) assert.equal(await isThere(group), true, group);
    for (const group of groups) await rmdir(join(group, 'inner'));
    for (const group of groups) while (await isThere(group)) await nextTurn();
  });

  test('where one of its processes takes too much: it ends as a whole in version 2, hears of it in version 1', async (context) => {
    if (!cgroups) return context.skip('no control groups here');
    const script = `
import os, time
child = os.fork()
if child == 0:
    taken = b'x' * (150 << 20)
    time.sleep(1000)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))`;
    const { status, text } = await run('family', script, { memoryBytes: mebibytes(100) });
    assert.equal(outOfMemory(status), true);
    assert.deepEqual([exitCode(status), text.includes('-9\n')], isUnified ? [137, false] : [0, true], text);
  });

  test('has no more of the cores than its share, in however many processes', async (context) => {
    if (!cgroups) return context.skip('no control groups here');
    const script = `
import os, time
began = time.monotonic()
for _ in range(4):
    if os.fork() == 0:
        while time.monotonic() - began < 3: pass
        os._exit(0)
for _ in range(4): os.wait()
used = os.times()
print((used.children_user + used.children_system) / (time.monotonic() - began))`;
    const { text } = await run('busy', script, { cpus: 0.25 });
    assert.ok(Number(text) < 0.4, text);
  });

  test('cannot multiply beyond its processes, and none of them stays', async (context) => {
    if (!cgroups) return context.skip('no control groups here');
    const script = `
import os, time
count = 0
try:
    while True:
        if os.fork() == 0: time.sleep(1000)
        count += 1
except BlockingIOError as error:
    print(count < 30, error.strerror)`;
    const dir = await begin('bomb', script, { processes: 30 });
    const { status, text } = await end(dir);
    assert.deepEqual([exitCode(status), text], [0, 'True Resource temporarily unavailable\n']);
    await sandboxed.remove(dir);
  });
});

describe('what a run without a sandbox leaves in another session', () => {
  test('ends with it', async (context) => {
    if (!cgroups) return context.skip('no control groups here');
    const dir = await begin('deserter', inAnotherSession, { processes: 100 }, plain);
    const { status, text } = await end(dir);
    assert.deepEqual([exitCode(status), text], [0, 'begun\n']);
    const groups = await groupsOf(dir);
    await plain.remove(dir);
    for (const group of groups) assert.equal(await isThere(group), false, group);
  });

  test('ends where its supervisor was killed, too', async (context) => {
    if (!cgroups) return context.skip('no control groups here');
    const dir = await begin('orphan', `${inAnotherSession}\ntime.sleep(1000)`, { processes: 100 }, plain);
    while (!(await readFile(plain.logFile(dir), 'utf8').catch(() => '')).includes('begun'))
      await new Promise(setImmediate);
    const shell = await readIdentity(join(dir, 'supervisor'));
    const program = await readIdentity(join(dir, 'pid'));
    for (const { pid } of [shell, program].filter((identity) => identity !== undefined)) process.kill(pid, 'SIGKILL');
    assert.equal((await end(dir)).status.state, 'lost');
    const groups = await groupsOf(dir);
    await plain.remove(dir);
    for (const group of groups) assert.equal(await isThere(group), false, group);
  });
});

describe('a server that starts again', () => {
  test('leaves the groups of running runs as they are, and removes those of others', async (context) => {
    if (!cgroups) return context.skip('no control groups here');
    const wait = 'import sys, time; print("begun"); time.sleep(1000)';
    const [goesOn, ended] = [
      await begin('goes-on', wait, { processes: 50 }),
      await begin('ended', wait, { processes: 50 }),
    ];
    await sandboxed.signal(ended, 'SIGKILL');
    await end(ended);
    const groups = await groupsOf(goesOn);
    while (!(await readFile(sandboxed.logFile(goesOn), 'utf8').catch(() => '')).includes('begun')) await nextTurn();
    await look();
    // Removed behind the start.
    for (const group of await groupsOf(ended)) while (await isThere(group)) await nextTurn();
    for (const group of groups) assert.ok((await inside(group)).length > 0, group);
    await sandboxed.signal(goesOn, 'SIGKILL');
    await end(goesOn);
  });
});
