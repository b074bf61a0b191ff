/** `clary demo`: a platform of its own in a temporary folder on a free port, the example run against it as any AWS program would be. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { closest } from './closest.ts';
import { type Arguments, UsageError } from './command.ts';
import { variables } from './env.ts';
import { readInstallation } from './installation.ts';
import { serverProgram } from './server-program.ts';

export async function demo(args: Arguments): Promise<void> {
  const example = args.words[0] ?? 'exam-score';
  const isKept = args.on('keep');
  await checkExample(example);
  const started = performance.now();
  const dataFolder = await mkdtemp(join(tmpdir(), 'clary-demo-'));
  const server = spawn(
    process.execPath,
    [serverProgram, '--data', dataFolder, '--port', '0', '--log-level', 'warn', '--ready-json'],
    { stdio: ['ignore', 'pipe', 'inherit'], detached: isKept },
  );
  try {
    const url = await readiness(server);
    const environment = variables({ ...(await readInstallation(dataFolder, undefined)), endpoint: url });
    console.log(`Clary answers at ${url}, its data is in ${dataFolder}`);
    const status = await runExample(example, environment, isKept ? ['--keep'] : []);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(status === 0 ? `\nThe workflow took ${seconds} s.` : `\nThe workflow failed after ${seconds} s.`);
    process.exitCode = status;
    if (isKept) return leaveRunning(server, dataFolder, url);
  } catch (error) {
    console.error(`clary demo: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
  await stop(server);
  await rm(dataFolder, { recursive: true, force: true });
}

const examplesFolder = fileURLToPath(new URL('../../examples/', import.meta.url));

/** Before anything is started. */
async function checkExample(name: string): Promise<void> {
  const entries = await readdir(examplesFolder, { withFileTypes: true });
  const known = entries
    .filter((entry) => entry.isDirectory() && existsSync(join(examplesFolder, entry.name, 'main.ts')))
    .map((entry) => entry.name);
  if (known.includes(name)) return;
  const meant = closest(name, known);
  throw new UsageError(
    `there is no example "${name}"${meant ? `: did you mean ${meant}?` : ''}\nThe examples are: ${known.join(', ')}`,
  );
}

/** The address in the server's first line of output. */
function readiness(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`the server ended with status ${code} before it was ready`)));
    if (!server.stdout) return reject(new Error('the server has no standard output'));
    createInterface({ input: server.stdout }).once('line', (line) =>
      resolve((JSON.parse(line) as { url: string }).url),
    );
  });
}

function runExample(name: string, environment: Record<string, string>, flags: readonly string[]): Promise<number> {
  const program = join(examplesFolder, name, 'main.ts');
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...flags], {
      stdio: 'inherit',
      env: { ...process.env, ...environment },
    });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

function leaveRunning(server: ChildProcess, dataFolder: string, url: string): void {
  console.log(`The platform goes on at ${url} (process ${server.pid}); to use it:`);
  console.log(`  eval "$(npx clary env --data ${dataFolder} --port ${new URL(url).port})"`);
  server.stdout?.destroy();
  server.unref();
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGTERM');
  await ended;
}
