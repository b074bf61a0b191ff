/** What a sandboxed program can see and do. The machine needs bubblewrap. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { runEnd } from '../../../../test/harness/runs.ts';
import { createLog } from '../../kit/log.ts';
import type { Executor, ProcessSpec, SandboxOptions } from '../executor.ts';
import { findSandbox } from './bubblewrap.ts';
import { kernelInterfaces } from './kernel-interfaces.ts';
import { processExecutor } from './process.ts';

const log = createLog('silent', () => {});
let executor: Executor<ProcessSpec>;
let folder: string;
const dirs: string[] = [];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clary-sandboxed-'));
  executor = processExecutor({ log, sandbox: await findSandbox('required', folder, await kernelInterfaces(), log) });
});
after(async () => {
  for (const dir of dirs) if ((await executor.status(dir)).state === 'running') await executor.signal(dir, 'SIGKILL');
  await rm(folder, { recursive: true });
});

async function begin(name: string, script: string, sandbox: Partial<SandboxOptions> = {}, env = {}): Promise<string> {
  const dir = join(folder, name);
  dirs.push(dir);
  await mkdir(join(dir, 'ml'), { recursive: true });
  await executor.start({
    kind: 'process',
    dir,
    command: ['/usr/bin/python3', '-c', script],
    env: { PATH: '/usr/bin:/bin', HOME: '/root', ...env },
    cwd: '/opt/ml',
    sandbox: {
      mounts: [{ from: join(dir, 'ml'), to: '/opt/ml', writable: true }],
      network: 'open',
      hosts: {},
      ...sandbox,
    },
  });
  return dir;
}

const ended = (dir: string) => runEnd(executor, dir);

/** What the script printed, once it has ended well. */
async function printed(name: string, script: string, sandbox: Partial<SandboxOptions> = {}, env = {}): Promise<string> {
  const dir = await begin(name, script, sandbox, env);
  const status = await ended(dir);
  const text = await readFile(executor.logFile(dir), 'utf8');
  assert.deepEqual(status.state === 'exited' && status.exitCode, 0, text);
  return text.trim();
}

async function logged(dir: string, text: string): Promise<void> {
  while (!(await readFile(executor.logFile(dir), 'utf8').catch(() => '')).includes(text)) {
    assert.equal((await executor.status(dir)).state, 'running', `waiting for "${text}"`);
  }
}

describe('a sandboxed program sees', () => {
  test('its mounts at their paths, and nothing of the machine beside the system', async () => {
    const script = `import os, json; print(json.dumps([sorted(os.listdir('/')), os.listdir('/opt'), os.getcwd(), os.listdir('/tmp'), os.listdir('/root')]))`;
    const [top, opt, cwd, temporary, home] = JSON.parse(await printed('view', script));
    assert.deepEqual(
      top.filter((name: string) => !['lib32', 'libx32'].includes(name)),
      ['bin', 'dev', 'etc', 'lib', 'lib64', 'opt', 'proc', 'root', 'sbin', 'tmp', 'usr'],
    );
    assert.deepEqual([opt, cwd, temporary, home], [['ml'], '/opt/ml', [], []]);
  });

  test('no other process', async () => {
    const script = `import os; print(sorted(int(n) for n in os.listdir('/proc') if n.isdigit()))`;
    const pids = JSON.parse(await printed('processes', script));
    assert.ok(pids.length <= 3 && Math.max(...pids) < 10, String(pids));
  });

  test('not the files of the platform, of the user, of other runs', async () => {
    const secret = join(folder, 'other', 'secret');
    await mkdir(join(folder, 'other'));
    await writeFile(secret, 'of another run');
    const places = [
      secret,
      '/etc/shadow',
      '/etc/ssl/private',
      '/var',
      '/home',
      join(homedir(), '.cache'),
      '/proc/1/root/var',
    ];
    const script = `import os, sys; print([p for p in sys.argv[1:] if os.path.exists(p)])`;
    const text = await printed('secrets', `${script.replace('sys.argv[1:]', JSON.stringify(places))}`);
    assert.equal(text, '[]');
  });

  test('only the environment that it was given', async () => {
    const names = await printed('environment', `import os; print(sorted(os.environ))`, {}, { ONLY: 'this' });
    const own = JSON.parse(names.replaceAll("'", '"')).filter(
      (name: string) => !['PWD', 'OLDPWD', '_', 'LC_CTYPE'].includes(name),
    );
    assert.deepEqual(own, ['HOME', 'ONLY', 'PATH']);
  });

  test('further hosts by their names', async () => {
    const script = `import socket; print(socket.gethostbyname('algo-2'), socket.gethostbyname('localhost'))`;
    assert.equal(await printed('hosts', script, { hosts: { 'algo-2': '127.9.9.2' } }), '127.9.9.2 127.0.0.1');
  });
});

describe('a sandboxed program can', () => {
  test('write to its writable mounts and its own /tmp alone', async () => {
    const readable = join(folder, 'readable');
    await mkdir(readable);
    await writeFile(join(readable, 'file'), 'as it was');
    const dir = join(folder, 'writes');
    const script = `
import os
open('/opt/ml/made', 'w').write('made'); open('/tmp/scratch', 'w').write('x')
def refused(act):
    try: act()
    except OSError as e: return e.errno in (30, 13, 1)
    return False
print([refused(lambda: open('/in/file', 'w')), refused(lambda: open('/in/new', 'w')), refused(lambda: open('/usr/new', 'w')), refused(lambda: os.chmod('/in/file', 0o777))])`;
    const mounts = [
      { from: join(dir, 'ml'), to: '/opt/ml', writable: true },
      { from: readable, to: '/in', writable: false },
    ];
    assert.equal(await printed('writes', script, { mounts }), '[True, True, True, True]');
    assert.equal(await readFile(join(dir, 'ml', 'made'), 'utf8'), 'made');
    assert.equal(await readFile(join(readable, 'file'), 'utf8'), 'as it was');
  });

  test('use no privilege: it has none', async () => {
    const script = `print([l.split()[1] for l in open('/proc/self/status') if l.startswith(('CapEff', 'CapPrm', 'CapBnd'))])`;
    assert.equal(await printed('privileges', script), `['0000000000000000', '0000000000000000', '0000000000000000']`);
  });

  test('change nothing of the kernel, whichever user the platform has', async () => {
    const script = `
import os
def opens(path, flags):
    try: os.close(os.open(path, flags | os.O_NONBLOCK))
    except OSError: return False
    return True
found = []
for top in ['/proc', '/sys']:
    for folder, below, names in os.walk(top):
        if folder == '/proc': below[:] = [name for name in below if not name.isdigit()]
        found += [path for path in (os.path.join(folder, name) for name in names) if not os.path.islink(path)]
assert len(found) > 100, found
# What is hidden is the null device.
print([path for path in found if opens(path, os.O_WRONLY) and os.stat(path).st_rdev != os.stat('/dev/null').st_rdev])`;
    assert.equal(await printed('kernel-settings', script), '[]');
  });

  test('read nothing that the kernel shows to root alone', async () => {
    const script = `
import os
print([name for name in os.listdir('/proc') if os.path.isfile('/proc/' + name) and not os.stat('/proc/' + name).st_mode & 4])
print([len(open('/proc/' + name, 'rb').read(9)) for name in ['timer_list', 'keys', 'interrupts'] if os.path.exists('/proc/' + name)], os.listdir('/proc/acpi') if os.path.exists('/proc/acpi') else [])`;
    const [shown, sizes] = (await printed('for-root', script)).split('\n');
    assert.equal(shown, '[]');
    assert.match(sizes ?? '', /^\[[0, ]*\] \[\]$/);
  });

  const calls = `
import ctypes, errno, json, os, platform, subprocess, threading
libc = ctypes.CDLL(None, use_errno=True)
arm = platform.machine() == 'aarch64'
def call(x86, arm64, *words):
    ctypes.set_errno(0)
    answer = libc.syscall(arm64 if arm else x86, *words)
    return errno.errorcode.get(ctypes.get_errno(), '') if answer == -1 else 'done'
new_user = 0x10000000
tried = {
    'unshare': call(272, 97, new_user), 'clone': call(56, 220, new_user | 17, 0, 0, 0, 0), 'clone3': call(435, 435, 0, 0),
    'setns': call(308, 268, -1, 0), 'mount': call(165, 40, 0, 0, 0, 0, 0),
    'keyctl': call(250, 219, 0, -3, 0), 'add_key': call(248, 217, 0, 0, 0, 0, 0),
    'io_uring_setup': call(425, 425, 1, 0), 'userfaultfd': call(323, 282, 0), 'bpf': call(321, 280, -1, 0, 0),
    'perf_event_open': call(298, 241, 0, 0, -1, -1, 0), 'kexec_load': call(246, 104, 0, 0, 0, 0), 'kcmp': call(312, 272, 1, 1, 0, 0, 0),
    'open_by_handle_at': call(304, 265, -1, 0, 0), 'fsopen': call(430, 430, 0, 0),
    'x32': 'ENOSYS' if arm else call(0x40000000 + 39, 0),
}
thread = threading.Thread(target=lambda: subprocess.run(['/bin/true'], check=True)); thread.start(); thread.join()
status = [line.split()[1] for line in open('/proc/self/status') if line.startswith(('Seccomp:', 'NoNewPrivs:'))]
print(json.dumps([tried, status]))`;

  test('make no system call that only administers the machine, and all that a program needs', async () => {
    const [tried, status] = JSON.parse(await printed('calls', calls));
    const { clone3, x32, ...rest } = tried;
    assert.deepEqual([clone3, x32], ['ENOSYS', 'ENOSYS']);
    for (const [name, outcome] of Object.entries(rest)) assert.equal(outcome, 'EPERM', name);
    assert.deepEqual(status, ['1', '2']);
  });

  test('create namespaces if it needs a sandbox of its own, and no other privilege', async () => {
    const [tried] = JSON.parse(await printed('nesting', calls, { nests: true, user: 1000 }));
    assert.equal(tried.unshare, 'done');
    for (const name of ['keyctl', 'io_uring_setup', 'userfaultfd', 'fsopen']) assert.equal(tried[name], 'EPERM', name);
  });

  test('reach the network where it is open, and only itself where it is not', async () => {
    await using server = createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1');
    await new Promise((ready) => server.once('listening', ready));
    const { port } = server.address() as { port: number };
    const script = `
import socket
own = socket.create_server(('127.0.0.1', 0)); socket.create_connection(own.getsockname()).close()
try: print(socket.create_connection(('127.0.0.1', ${port}), timeout=20).recv(9).decode())
except OSError as e: print('refused')`;
    assert.equal(await printed('open', script), 'hello');
    assert.equal(await printed('closed', script, { network: 'none' }), 'refused');
  });
});

describe('a sandboxed program ends', () => {
  test('with its own status', async () => {
    const dir = await begin('status', `raise SystemExit(7)`);
    const status = await ended(dir);
    assert.equal(status.state === 'exited' && status.exitCode, 7);
  });

  test('by its own hand when it gets SIGTERM, with the time that it needs for it', async () => {
    const script = `
import signal, sys
def last(*_): print('saved', flush=True); sys.exit(5)
signal.signal(signal.SIGTERM, last)
print('ready', flush=True)
while True: signal.pause()`;
    const dir = await begin('gentle', script);
    await logged(dir, 'ready');
    await executor.signal(dir, 'SIGTERM');
    const status = await ended(dir);
    assert.equal(status.state === 'exited' && status.exitCode, 5);
    assert.match(await readFile(executor.logFile(dir), 'utf8'), /saved/);
  });

  test('of SIGTERM where it does nothing about it, and of SIGKILL whatever it does', async () => {
    const dir = await begin('plain', `import time; print('ready', flush=True); time.sleep(1000)`);
    await logged(dir, 'ready');
    await executor.signal(dir, 'SIGTERM');
    const ofTerm = await ended(dir);
    assert.equal(ofTerm.state === 'exited' && ofTerm.exitCode, 143);
    const script = `import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True)\nwhile True: signal.pause()`;
    const deaf = await begin('deaf', script);
    await logged(deaf, 'ready');
    await executor.signal(deaf, 'SIGKILL');
    const ofKill = await ended(deaf);
    assert.equal(ofKill.state === 'exited' && ofKill.exitCode, 137);
  });

  test('with every process that it left, in whatever session', async () => {
    const pipe = `
import subprocess
subprocess.Popen(['sleep', '98765.4321'], start_new_session=True)
print('left', flush=True)`;
    await printed('leaves', pipe);
    for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
      const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      assert.ok(!line.startsWith('sleep\x0098765.4321'), `process ${pid} was left`);
    }
  });
});

test('findSandbox accepts every machine with --sandbox off', async () => {
  assert.equal(await findSandbox('off', folder, await kernelInterfaces(), log), undefined);
  assert.match((await findSandbox('auto', folder, await kernelInterfaces(), log))?.bubblewrap ?? '', /bwrap$/);
});

describe('a mount to be copied', () => {
  test('can be written to, and stays as it was', async () => {
    const given = join(folder, 'given, with: odd characters');
    await mkdir(join(given, 'below'), { recursive: true });
    await writeFile(join(given, 'file'), 'as it was');
    const dir = join(folder, 'copies');
    const script = `
import os
before = open('/opt/ml/data/file').read()
open('/opt/ml/data/file', 'a').write(', changed'); os.chmod('/opt/ml/data/file', 0o777); open('/opt/ml/data/below/new', 'w')
print(before, open('/opt/ml/data/file').read(), os.listdir('/opt/ml/data/below'))`;
    await mkdir(join(dir, 'ml', 'data'), { recursive: true });
    const mounts = [
      { from: join(dir, 'ml'), to: '/opt/ml', writable: true },
      { from: given, to: '/opt/ml/data', writable: 'copy' as const },
    ];
    assert.equal(await printed('copies', script, { mounts }), `as it was as it was, changed ['new']`);
    assert.equal(await readFile(join(given, 'file'), 'utf8'), 'as it was');
    assert.deepEqual(await readdir(join(given, 'below')), []);
    assert.equal((await stat(join(given, 'file'))).mode & 0o777, 0o644);
  });
});
