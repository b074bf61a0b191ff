/** uv, which creates environments: downloaded once as a pinned wheel, run with the package index of pip's configuration. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { cacheFolder } from '../cache-folder.ts';
import { exists, fetchWheel, type Variables, type Wheel } from '../python-index/wheel.ts';

const version = '0.13.9';
const scripts = `uv-${version}.data/scripts/`;
const wheel: Wheel = {
  name: 'uv',
  version,
  hashes: [
    'd7f459fe4fd247d830351c75686d3996ace3c6f3f728eb0e85a30b7ada0cef19',
    'ecb6028d79dc96fbeafffe5c8af62a7099487ebc05a701e76714eebcffd06375',
  ],
  prefixes: [`${scripts}uv`],
};

export type Say = (line: string) => void;

/** Why an environment could not be created, with the fix. */
export class CannotMake extends Error {}

const connect =
  'Connect the machine to a Python package index (or name one in PIP_INDEX_URL) and make it once with `clary environments make`; ' +
  'or map the environment to a Python of this machine: --python-environment';

/** uv's program. */
export async function ensureUv(env: Variables, say: Say): Promise<string> {
  const folder = join(cacheFolder(env), `uv-${version}`);
  const file = join(folder, scripts, 'uv');
  if (await exists(file)) return file;
  say(`Fetching uv ${version} (18 MB), which makes Python environments, into ${folder}; this happens once.`);
  await fetchWheel(wheel, folder, file, env).catch((error: Error) => {
    throw new CannotMake(
      `uv ${version} could not be fetched from the Python package index: ${error.message}. ${connect}`,
    );
  });
  return file;
}

/** What uv calls the settings that pip has. */
function settings(env: Variables): NodeJS.ProcessEnv {
  const { PIP_INDEX_URL: index, PIP_FIND_LINKS: links, PIP_CERT: certificate } = env;
  return {
    UV_CACHE_DIR: join(cacheFolder(env), 'uv'),
    ...(index && { UV_DEFAULT_INDEX: index }),
    ...(links && { UV_FIND_LINKS: links }),
    ...(certificate && { SSL_CERT_FILE: certificate }),
    ...env,
    UV_NO_CONFIG: '1',
    UV_NO_PROGRESS: '1',
    UV_PYTHON_DOWNLOADS: 'never',
  };
}

/** Runs uv and prints its output. Throws CannotMake with its last lines. */
export async function uv(env: Variables, say: Say, ...args: readonly string[]): Promise<void> {
  await spoken(await ensureUv(env, say), args, settings(env), say, connect);
}

/** The lines of a program's last output that explain the failure. */
function essence(words: string): string {
  const lines = words.split('\n').flatMap((line) => line.trim() || []);
  const errors = lines.filter((line) => /error|failed|cannot|could not|because/i.test(line));
  return (errors.length > 0 ? errors : lines).slice(-2).join(' ').slice(-400);
}

/** Runs a program whose lines are progress. */
export async function spoken(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  say: Say,
  advice: string,
): Promise<void> {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let last = '';
  const listen = (stream: NodeJS.ReadableStream) => {
    let rest = '';
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) say(line);
      last = (last + text).slice(-2000);
    });
    stream.on('end', () => rest && say(rest));
  };
  listen(child.stdout);
  listen(child.stderr);
  const status = await new Promise<number | string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal ?? 1));
  });
  if (status !== 0) throw new CannotMake(`${essence(last) || `${program} ended with ${status}`}. ${advice}`);
}
