/**
 * A Python that opens models, sandboxed with bubblewrap: it sees the system's programs, its own packages and the model's folder, all read-only, and has
 * no network, no home folder and none of this process's environment. Where bubblewrap is missing or may not make namespaces, a log line reports it.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { isAbsolute } from 'node:path';
import type { Writable } from 'node:stream';
import { promisify } from 'node:util';
import { kernelInterfaces } from '../sandbox/kernel-interfaces.ts';
import type { ModelPython } from './model-python.ts';
import type { ModelTools } from './open-model.ts';

const execute = promisify(execFile);

const system = [
  '/usr',
  '/bin',
  '/sbin',
  '/lib',
  '/lib32',
  '/lib64',
  '/etc/alternatives',
  '/etc/ld.so.cache',
  '/etc/ld.so.conf',
  '/etc/ld.so.conf.d',
  '/etc/localtime',
];

/** Runs a script of ours in a Python that sees `folder` beside its own files. */
export async function spawnPython(
  { executable, folders }: ModelPython,
  script: string,
  folder: string,
  args: readonly string[],
  tools: ModelTools,
): Promise<ChildProcess> {
  const { env } = tools;
  const command = [executable, '-B', script, ...args];
  const stdio: ['pipe', 'pipe', 'inherit'] = ['pipe', 'pipe', 'inherit'];
  const { filter } = kernelInterfaces(env);
  const processes = await sandboxProcArgs(env, executable);
  if (!processes) {
    tools.say('bubblewrap cannot be used here: the model is opened in a Python without a sandbox');
    return spawn(executable, command.slice(1), { env: plainEnvironment(env), stdio });
  }
  const shown = [...system, ...folders, script, folder].filter(isAbsolute);
  const isolationArgs = [
    '--unshare-all',
    '--die-with-parent',
    '--new-session',
    '--cap-drop',
    'ALL',
    ...(filter ? ['--seccomp', '3'] : []),
    ...processes,
    '--dev',
    '/dev',
    '--tmpfs',
    '/tmp',
    '--chdir',
    '/',
  ];
  const binds = shown.flatMap((path) => ['--ro-bind-try', path, path]);
  const child = spawn('bwrap', [...isolationArgs, ...binds, '--', ...command], {
    env: plainEnvironment(env),
    stdio: filter ? [...stdio, 'pipe'] : stdio,
  });
  const filterPipe = child.stdio[3] as Writable | null | undefined;
  // Where bubblewrap did not start, its exit reports the reason.
  filterPipe?.on('error', () => {});
  filterPipe?.end(filter);
  return child;
}

/** No credentials, no proxy, no endpoint: what the model's code may know. */
export function plainEnvironment(env: ModelTools['env']): Record<string, string> {
  const kept = ['PATH', 'LANG', 'LC_ALL', 'PYENV_ROOT', 'PYENV_VERSION', 'VIRTUAL_ENV', 'LD_LIBRARY_PATH'];
  const own = Object.fromEntries(kept.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
  return {
    ...own,
    HOME: '/tmp',
    TMPDIR: '/tmp',
    OMP_NUM_THREADS: '1',
    TF_CPP_MIN_LOG_LEVEL: '2',
    PYTHONUNBUFFERED: '1',
  };
}

/**
 * The arguments that mount /proc: a new one, or almost nothing, because a sandboxed program cannot mount a new one. Never the present one: it contains
 * the files of this process. Undefined if this machine cannot sandbox programs.
 */
async function sandboxProcArgs(env: ModelTools['env'], executable: string): Promise<string[] | undefined> {
  // TensorFlow aborts if it cannot read its executable's path (GetExecutablePath in xla/tsl/platform/env.cc).
  const itself = ['--symlink', executable, '/proc/self/exe', '--symlink', '/dev/null', '/proc/self/cmdline'];
  const own = ['--proc', '/proc', ...kernelInterfaces(env).args];
  for (const args of [own, itself]) {
    const shown = system.flatMap((path) => ['--ro-bind-try', path, path]);
    const trial = ['--unshare-all', '--cap-drop', 'ALL', ...shown, ...args, '--dev', '/dev', '--', '/bin/true'];
    const works = await execute('bwrap', trial, { env: plainEnvironment(env) }).then(
      () => true,
      () => false,
    );
    if (works) return args;
  }
  return undefined;
}
