/** Pythons of this machine: which one environments use, and which paths it needs to run. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Variables } from '../python-index/wheel.ts';
import { CannotMake } from './uv.ts';

export interface Interpreter {
  /** The program itself: not a link in a virtual environment. */
  readonly executable: string;
  /** 3.11.2 */
  readonly version: string;
  readonly prefix: string;
  readonly basePrefix: string;
  /** Of a virtual environment; of a system's Python those of `site`. */
  readonly sitePackages: readonly string[];
  readonly hasPip: boolean;
}

const question = `
import importlib.util, json, os, site, sys
base = getattr(sys, "_base_executable", sys.executable)
print(json.dumps({
  "executable": os.path.realpath(base),
  "version": "%d.%d.%d" % sys.version_info[:3],
  "prefix": sys.prefix, "basePrefix": sys.base_prefix,
  "sitePackages": site.getsitepackages(),
  "hasPip": importlib.util.find_spec("pip") is not None,
}))
`;

/** Throws CannotMake where it is no Python that can be used. */
export async function askInterpreter(program: string): Promise<Interpreter> {
  const { stdout } = await promisify(execFile)(program, ['-I', '-c', question], { timeout: 60_000 }).catch((error) => {
    throw new CannotMake(`${program} is not a Python that runs: ${(error as Error).message.trim().split('\n').at(-1)}`);
  });
  return JSON.parse(stdout) as Interpreter;
}

const isUsable = ({ version }: Interpreter) => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major === 3 && minor >= 10;
};

/** The system's own is first: sandboxed programs see it anyway, so no user's home has to be mounted for them. */
export async function findInterpreter(env: Variables): Promise<Interpreter> {
  const folders = [
    '/usr/bin',
    '/usr/local/bin',
    ...(env.PATH ?? '').split(':').filter((folder) => folder.startsWith('/')),
  ];
  const tried = new Set<string>();
  for (const folder of folders) {
    const program = `${folder}/python3`;
    if (tried.has(program)) continue;
    tried.add(program);
    const found = await askInterpreter(program).catch(() => undefined);
    if (found && isUsable(found)) return found;
  }
  throw new CannotMake(
    'there is no Python ≥ 3.10 on this machine (looked in /usr/bin, /usr/local/bin and PATH); install python3',
  );
}

const isSystem = (folder: string) => folder === '/usr' || folder.startsWith('/usr/');

/** The paths that a sandboxed program needs beside those of the system. */
export const placesOf = ({ prefix, basePrefix }: Interpreter): string[] =>
  [...new Set([basePrefix, prefix])].filter((folder) => !isSystem(folder));
