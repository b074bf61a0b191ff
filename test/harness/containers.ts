/**
 * A container engine for a test, on a socket of its own, all of it below a temporary folder, and an image made on the spot of a static busybox: podman's
 * service, or Docker's daemon where CLARY_TEST_ENGINE says docker. Never touches the machine's own containers. Where the engine cannot run, a test that
 * needs it fails with a message that says how to fix that.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '../../examples/workflow/stage.ts';
import type { ContainerSpec, SandboxOptions } from '../../server/src/engine/executor.ts';
import { dockerIn } from './docker.ts';
import { podmanIn } from './podman.ts';

const execute = promisify(execFile);

const busybox = process.env.CLARY_TEST_BUSYBOX ?? '/bin/busybox';

export const testImage = 'localhost/clary-test:1';

/** A container of the test image that runs a shell script, without a network. */
export const shellContainer = (dir: string, script: string, mounts: SandboxOptions['mounts'] = []): ContainerSpec => ({
  kind: 'container',
  dir,
  image: testImage,
  entrypoint: ['/bin/sh', '-c'],
  arguments: [script],
  env: {},
  sandbox: { mounts, network: 'none', hosts: {} },
});

const tools =
  'sh cat chmod cp echo env grep head id ip kill ln ls mkdir mkfifo rm rmdir sed seq sleep test touch wget yes'.split(
    ' ',
  );

export interface ContainerEngine extends AsyncDisposable {
  readonly socket: string;
  /** Asks the engine with its own command. Answers what it printed. */
  ask(...words: string[]): Promise<string>;
  /** Removes a container, whatever it does. */
  remove(name: string): Promise<void>;
  /** The names of all its containers. */
  containers(): Promise<string[]>;
  /** Kills the service: containers continue. */
  kill(): Promise<void>;
  serve(): Promise<void>;
}

export interface EngineOptions {
  /** Programs of the image, below /usr/local/bin: name → text. */
  readonly programs?: Readonly<Record<string, string>>;
}

export async function startContainerEngine({ programs = {} }: EngineOptions = {}): Promise<ContainerEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'clary-engine-'));
  const socket = join(folder, 'engine.sock');
  const words = await (process.env.CLARY_TEST_ENGINE === 'docker' ? dockerIn : podmanIn)(folder, socket);
  const { env } = words;
  const run = async (...more: string[]) => {
    const [program, ...first] = words.client;
    return (await execute(program, [...first, ...more], { env })).stdout;
  };
  const remove = async (...names: string[]) => void (await run(...words.removal, ...names));
  const containers = async () =>
    (await run('ps', '--all', '--format', '{{.Names}}')).split('\n').filter((name) => name !== '');
  let service: ChildProcess | undefined;

  async function serve(): Promise<void> {
    const [program, ...more] = words.service;
    const child = spawn(program, more, { env, detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
    service = child;
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-2000);
    });
    await once(child, 'spawn');
    await until('an answer of the container engine', async () => {
      if (child.exitCode !== null) throw new Error(`it ended with status ${child.exitCode}: ${said}`);
      return (await answers(socket)) || undefined;
    });
  }

  async function kill(): Promise<void> {
    const child = service;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    const group = -(child.pid ?? 0);
    process.kill(group, 'SIGKILL');
    await ended;
    // Without root podman's service is a child of what was started.
    await until('the end of the container engine', async () => !isAlive(group) || undefined);
  }

  async function dispose(): Promise<void> {
    const left = await containers().catch(() => []);
    if (left.length > 0) await remove(...left);
    await kill();
    await words.end();
    // A container's monitor starts the engine once more to clean up, in a session of its own.
    await until('the end of the engine’s clean-up', async () => !(await isNamedByProcess(folder)) || undefined);
    await rm(folder, { recursive: true, force: true });
  }

  try {
    await serve();
    await importImage(folder, programs, run);
  } catch (error) {
    await dispose();
    throw new Error(`${words.mend}. What went wrong: ${(error as Error).message}`, { cause: error });
  }
  return { socket, ask: run, remove, containers, kill, serve, [Symbol.asyncDispose]: dispose };
}

/** Whether a living process has the folder among its arguments. */
async function isNamedByProcess(folder: string): Promise<boolean> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return commands.some((command) => command.includes(folder));
}

function isAlive(group: number): boolean {
  try {
    return process.kill(group, 0);
  } catch {
    return false;
  }
}

const answers = (socketPath: string) =>
  new Promise<boolean>((resolve) => {
    const asked = request({ socketPath, path: '/_ping' }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    asked.on('error', () => resolve(false)).end();
  });

async function importImage(
  folder: string,
  programs: Readonly<Record<string, string>>,
  run: (...words: string[]) => Promise<string>,
): Promise<void> {
  const root = join(folder, 'image');
  for (const name of ['bin', 'etc', 'opt', 'tmp', 'usr/local/bin']) await mkdir(join(root, name), { recursive: true });
  await copyFile(busybox, join(root, 'bin', 'busybox'));
  for (const tool of tools) await symlink('busybox', join(root, 'bin', tool));
  for (const [name, text] of Object.entries(programs)) {
    const file = join(root, 'usr/local/bin', name);
    await writeFile(file, text);
    await chmod(file, 0o755);
  }
  const archive = join(folder, 'image.tar');
  await execute('tar', ['--directory', root, '--create', '--file', archive, '.']);
  await run('import', archive, testImage);
  await rm(archive);
}
