/**
 * What the tests need beyond Node: Pythons with boto3, XGBoost and the SageMaker SDKs in the user's cache folder, the environments of script jobs, Debian's AWS CLI, clients of S3 and podman, versitygw where Go is.
 * Installs what is missing if it may (root on Debian), else prints in one line what to install and stops.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installed } from '../bench/go.ts';
import { versitygwModule, versitygwVersion } from '../bench/peers/versitygw.ts';
import { cacheFolder } from '../runtime/src/cache-folder.ts';
import { findInterpreter } from '../runtime/src/environments/interpreter.ts';
import { uv } from '../runtime/src/environments/uv.ts';

/** Pinned: the Python packages of the client tests, by the variable that holds the path of their Python. */
const pythons: Readonly<Record<string, readonly string[]>> = {
  CLARY_TEST_PYTHON: [
    'boto3==1.43.11',
    'xgboost-cpu==3.2.0',
    'numpy==2.2.6',
    'scikit-learn==1.7.2',
    'skl2onnx==1.20.0',
    'onnx==1.23.2',
  ],
  CLARY_TEST_DYNAMODB: ['boto3==1.43.11', 'pynamodb==6.1.0'],
  CLARY_TEST_SAGEMAKER2: ['sagemaker==2.257.6'],
  // The training part of `sagemaker==3.20.0`.
  CLARY_TEST_SAGEMAKER3: ['sagemaker-train==1.27.0'],
};
/** What script jobs of the tests run in. */
const environments = ['scikit-learn-1.2', 'xgboost-1.7', 'xgboost-3.0'];
/** By the variable that holds the path of the program. */
const debianPackages: Readonly<Record<string, { file: string; name: string }>> = {
  CLARY_TEST_BWRAP: { file: '/usr/bin/bwrap', name: 'bubblewrap' },
  CLARY_TEST_AWS: { file: '/usr/bin/aws', name: 'awscli' },
  CLARY_TEST_S3CMD: { file: '/usr/bin/s3cmd', name: 's3cmd' },
  CLARY_TEST_RCLONE: { file: '/usr/bin/rclone', name: 'rclone' },
  CLARY_TEST_PODMAN: { file: '/usr/bin/podman', name: 'podman' },
  CLARY_TEST_RUNC: { file: '/usr/sbin/runc', name: 'runc' },
  CLARY_TEST_BUSYBOX: { file: '/bin/busybox', name: 'busybox-static' },
  // Started by the tests themselves; what the package starts by itself is not used.
  CLARY_TEST_POSTGRES: { file: '/usr/lib/postgresql/15/bin/postgres', name: 'postgresql-15' },
  CLARY_TEST_RESTIC: { file: '/usr/bin/restic', name: 'restic' },
  // The PyTorch that script jobs of the tests run: PyPI's comes with gigabytes of CUDA.
  CLARY_TEST_TORCH: { file: '/usr/lib/python3/dist-packages/torch/__init__.py', name: 'python3-torch' },
};

/** Prepares what is in `needs`, names of the variables below; answers the environment in which the tests find it. */
export async function setUp(needs: ReadonlySet<string>): Promise<Record<string, string>> {
  // Every platform looks for bubblewrap.
  const programs = Object.entries(debianPackages).filter(([name]) => name === 'CLARY_TEST_BWRAP' || needs.has(name));
  installDebianPackages(programs.map(([, program]) => program));
  const made: Record<string, string> = Object.fromEntries(programs.map(([name, { file }]) => [name, file]));
  // Where `clary up` keeps it too: compiling takes most of the time in which a test file or a server of a test starts.
  made.NODE_COMPILE_CACHE = process.env.NODE_COMPILE_CACHE ?? join(cacheFolder(process.env), 'compiled');
  for (const [name, packages] of Object.entries(pythons)) {
    if (needs.has(name)) made[name] = await pythonEnvironment(packages);
  }
  const gateway = needs.has('CLARY_TEST_VERSITYGW') ? versitygw() : undefined;
  if (gateway) made.CLARY_TEST_VERSITYGW = gateway;
  if (needs.has(jobPython)) made[jobPython] = await jobEnvironments();
  return made;
}

/** The Python of the first of the environments that script jobs run in. */
const jobPython = 'CLARY_TEST_SKLEARN_PYTHON';

/** Answers the first one's Python. */
async function jobEnvironments(): Promise<string> {
  const runtime = fileURLToPath(new URL('../runtime/src/main.ts', import.meta.url));
  const words = (name: string, file: string) => [runtime, 'environments', 'make', name, '--result', file];
  const folder = await mkdtemp(join(tmpdir(), 'clary-set-up-'));
  try {
    for (const name of environments) {
      execFileSync(process.execPath, words(name, join(folder, name)), { stdio: ['ignore', 'ignore', 'inherit'] });
    }
    const { overlay } = JSON.parse(await readFile(join(folder, environments[0] ?? ''), 'utf8'));
    return join(overlay, 'bin', 'python3');
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Undefined, and its tests are skipped, where there is no Go that can build it. */
function versitygw(): string | undefined {
  try {
    return installed(versitygwModule, versitygwVersion);
  } catch (error) {
    console.log(
      `Tests against versitygw are skipped: it cannot be built here (${(error as Error).message.split('\n')[0]})`,
    );
    return undefined;
  }
}

const clusterSettings = '/etc/postgresql-common/createcluster.conf';

function installDebianPackages(packages: readonly { file: string; name: string }[]): void {
  const missing = packages.flatMap(({ file, name }) => (existsSync(file) ? [] : [name]));
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    console.error(`The tests need these Debian packages: apt-get install ${missing.join(' ')}`);
    process.exit(1);
  }
  const apt = (...args: string[]) =>
    execFileSync('apt-get', ['-qq', ...args], { stdio: ['ignore', 'ignore', 'inherit'], env: aptEnvironment });
  apt('update');
  // The package of PostgreSQL would make a cluster and start it.
  if (missing.includes('postgresql-15') && !existsSync(clusterSettings)) {
    mkdirSync(dirname(clusterSettings), { recursive: true });
    writeFileSync(clusterSettings, 'create_main_cluster = false\n');
  }
  apt('install', '-y', '--no-install-recommends', ...missing);
}

const aptEnvironment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };

/** Made beside its place and renamed when it is whole: several checkouts may be tested at the same time. */
async function pythonEnvironment(packages: readonly string[]): Promise<string> {
  const cache = cacheFolder(process.env);
  const folder = join(cache, `tests-${packages.join('-').replace(/[^\w.-]/g, '_')}`);
  const python = join(folder, 'bin', 'python3');
  if (existsSync(join(folder, 'complete'))) return python;
  console.log(`Making the tests' Python environment (${packages.join(', ')}) …`);
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(`${folder}-making-`);
  try {
    const silently = () => {};
    const { executable } = await findInterpreter(process.env);
    const venv = join(work, 'venv');
    await uv(process.env, silently, 'venv', '--relocatable', '--python', executable, venv);
    await uv(process.env, silently, 'pip', 'install', '--python', venv, '--compile-bytecode', ...packages);
    await writeFile(join(venv, 'complete'), '');
    await rename(venv, folder).catch((error) => {
      if (!existsSync(join(folder, 'complete'))) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return python;
}
