import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { controlGroups } from './control-groups.ts';
import { installation } from './example-installation.ts';

/** Files as the kernel lays them out; null takes one away. */
function lay(root: string, files: Readonly<Record<string, string | null>>): void {
  for (const [name, text] of Object.entries(files)) {
    const file = join(root, name);
    mkdirSync(join(file, '..'), { recursive: true });
    if (text === null) rmSync(file);
    else writeFileSync(file, text);
  }
}

test('control groups are found of either version, at the top or in the program’s own group, and missed where there are none', async () => {
  using here = installation();
  const self = join(here.dir, 'self');
  writeFileSync(self, '4:memory:/\n0::/user.slice/own.scope\n');
  const found = (name: string) => controlGroups(join(here.dir, name), self);
  assert.equal(await found('nothing'), undefined);

  lay(join(here.dir, 'one'), { 'memory/cgroup.procs': '', 'cpu/cgroup.procs': '', 'unified/cgroup.controllers': '\n' });
  assert.equal(await found('one'), `version 1 at ${join(here.dir, 'one')} (memory, cpu)`);

  const two = join(here.dir, 'two');
  lay(two, { 'cgroup.controllers': 'cpuset cpu io memory pids\n', 'cgroup.subtree_control': '' });
  assert.equal(await found('two'), `version 2 at ${two} (memory, cpu, pids)`);

  const own = 'user.slice/own.scope';
  lay(two, { [`${own}/cgroup.controllers`]: 'memory pids\n', [`${own}/cgroup.subtree_control`]: '' });
  lay(two, { 'cgroup.subtree_control': null });
  assert.equal(await found('two'), `version 2 at ${join(two, own)} (memory, pids)`);
  lay(two, { [`${own}/cgroup.subtree_control`]: null });
  assert.equal(await found('two'), undefined);
});
