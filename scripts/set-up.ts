/**
 * What the tests need beyond Node: a Python with boto3 and XGBoost in the user's cache folder, Debian's AWS CLI, clients of S3 and podman.
 * Makes what is missing where it may (root on Debian), else says in one line what to install and stops.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Pinned: the Python packages of the client tests. */
const pythonPackages = [
  'boto3==1.43.11',
  'xgboost-cpu==3.2.0',
  'numpy==2.2.6',
  'scikit-learn==1.7.2',
  'skl2onnx==1.20.0',
  'onnx==1.23.2',
];
/** By the variable that tells the tests where the program is. */
const debianPackages: Readonly<Record<string, { file: string; name: string }>> = {
  CLARY_TEST_BWRAP: { file: '/usr/bin/bwrap', name: 'bubblewrap' },
  CLARY_TEST_AWS: { file: '/usr/bin/aws', name: 'awscli' },
  CLARY_TEST_S3CMD: { file: '/usr/bin/s3cmd', name: 's3cmd' },
  CLARY_TEST_RCLONE: { file: '/usr/bin/rclone', name: 'rclone' },
  CLARY_TEST_PODMAN: { file: '/usr/bin/podman', name: 'podman' },
  CLARY_TEST_RUNC: { file: '/usr/sbin/runc', name: 'runc' },
  CLARY_TEST_BUSYBOX: { file: '/bin/busybox', name: 'busybox-static' },
  CLARY_TEST_RESTIC: { file: '/usr/bin/restic', name: 'restic' },
};

/** Answers the environment in which the tests find it. */
export async function setUp(): Promise<Record<string, string>> {
  installDebianPackages();
  const programs = Object.fromEntries(Object.entries(debianPackages).map(([variable, { file }]) => [variable, file]));
  return { CLARY_TEST_PYTHON: await pythonEnvironment(), ...programs };
}

function installDebianPackages(): void {
  const missing = Object.values(debianPackages).flatMap(({ file, name }) => (existsSync(file) ? [] : [name]));
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    console.error(`The tests need these Debian packages: apt-get install ${missing.join(' ')}`);
    process.exit(1);
  }
  const apt = (...args: string[]) =>
    execFileSync('apt-get', ['-qq', ...args], { stdio: ['ignore', 'ignore', 'inherit'], env: aptEnvironment });
  apt('update');
  apt('install', '-y', '--no-install-recommends', ...missing);
}

const aptEnvironment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };

async function pythonEnvironment(): Promise<string> {
  const cache = process.env.CLARY_CACHE_DIR ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'clary');
  const folder = join(cache, `test-python-${pythonPackages.join('-').replace(/[^\w.-]/g, '_')}`);
  const python = join(folder, 'bin', 'python3');
  if (existsSync(join(folder, 'complete'))) return python;
  console.log(`Making the tests' Python environment (${pythonPackages.join(', ')}) …`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(cache, { recursive: true });
  const quiet = { stdio: ['ignore', 'ignore', 'inherit'] as ('ignore' | 'inherit')[] };
  execFileSync('python3', ['-m', 'venv', folder], quiet);
  execFileSync(python, ['-m', 'pip', 'install', '--quiet', ...pythonPackages], quiet);
  execFileSync(python, ['-c', `open(${JSON.stringify(join(folder, 'complete.tmp'))}, 'w')`], quiet);
  await rename(join(folder, 'complete.tmp'), join(folder, 'complete'));
  return python;
}
