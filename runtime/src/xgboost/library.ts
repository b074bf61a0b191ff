/**
 * XGBoost's C library, taken from the `xgboost-cpu` wheel, pinned by version and hash, fetched by pip on first use into the user's cache folder.
 * Safe to call from many processes at once: whoever is done first renames its folder into place.
 */
import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const version = '3.2.0';
/** Of the manylinux_2_28 wheels on the Python package index, for x86_64 and aarch64. */
const hashes = [
  '9c10b1653e1a689bf4094a328144cf3633c9be0e5217a76fbdc2fde6abcb2950',
  '896b9e2bc52ec0921edf92ddd1cebedf47032e94992b7aca0293524d380ce6e9',
];
const libraryInside = join('xgboost', 'lib', 'libxgboost.so');

const unzip = `
import glob, sys, zipfile
with zipfile.ZipFile(glob.glob(sys.argv[1] + "/*.whl")[0]) as wheel:
    for name in wheel.namelist():
        if name == "xgboost/lib/libxgboost.so" or name.startswith("xgboost_cpu.libs/"):
            wheel.extract(name, sys.argv[2])
`;

type Environment = Readonly<Record<string, string | undefined>>;

export function cacheFolder(env: Environment): string {
  return env.CLARY_CACHE_DIR || join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'clary');
}

/** The library's path. `say` gets a progress line when it has to be fetched. Throws where it cannot be. */
export async function ensureLibrary(env: Environment, say: (line: string) => void): Promise<string> {
  const folder = join(cacheFolder(env), `xgboost-cpu-${version}`);
  const file = join(folder, libraryInside);
  if (await exists(file)) return file;
  say(`Fetching XGBoost ${version} (xgboost-cpu, 6 MB) into ${folder}; this happens once.`);
  await mkdir(cacheFolder(env), { recursive: true });
  const work = await mkdtemp(join(cacheFolder(env), 'fetching-'));
  try {
    await download(work, env);
    await promisify(execFile)('python3', ['-c', unzip, work, join(work, 'unpacked')], { env });
    await rename(join(work, 'unpacked'), folder).catch(async (error) => {
      // Another process was faster: its folder is as good.
      if (!(await exists(file))) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  say(`Fetched XGBoost ${version}.`);
  return file;
}

async function download(folder: string, env: Environment): Promise<void> {
  const requirements = join(folder, 'requirements.txt');
  const pins = hashes.map((hash) => `--hash=sha256:${hash}`).join(' ');
  await writeFile(requirements, `xgboost-cpu==${version} ${pins}\n`);
  const args = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:', '--require-hashes'];
  try {
    await promisify(execFile)('python3', [...args, '--requirement', requirements, '--dest', folder], { env });
  } catch (error) {
    const { stderr = '', message, code } = error as { stderr?: string; message: string; code?: string | number };
    const why = code === 'ENOENT' ? 'python3 is not installed' : stderr.trim().split('\n').at(-1) || message;
    throw new Error(
      `XGBoost ${version} could not be fetched from the Python package index: ${why}. ` +
        'Install python3 with pip and connect the machine to a package index once, then run the job again.',
    );
  }
}

const exists = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  );
