/** `clary doctor`: prints what is missing, its impact and how to fix it. Exit status 1 if a needed requirement is missing. */

import { execFile } from 'node:child_process';
import { access, glob, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from './cache-folder.ts';
import type { Arguments } from './command.ts';
import { containerEngine, containerSockets, forbiddenSockets, missingLimits } from './container-engine.ts';
import type { Finding } from './finding.ts';
import { installationOptions } from './installation.ts';
import { bubblewrap, limits, overlays } from './kernel-findings.ts';

const execute = promisify(execFile);

/** The first line that a program prints, undefined where it can't be run. */
async function answer(program: string, ...args: string[]): Promise<string | undefined> {
  return execute(program, args).then(
    ({ stdout, stderr }) => (stdout || stderr).split('\n')[0]?.trim() || 'found',
    () => undefined,
  );
}

async function python(): Promise<Finding> {
  const version = await answer('python3', '-c', 'import sys; print("%d.%d.%d" % sys.version_info[:3])');
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
  return {
    name: 'Python ≥ 3.10',
    weight: 'needed',
    found: major === 3 && minor >= 10 ? version : undefined,
    impact: 'XGBoost cannot be fetched; no training',
    fix: 'apt-get install python3',
  };
}

async function pip(): Promise<Finding> {
  return {
    name: 'pip',
    weight: 'needed',
    found: await answer('python3', '-m', 'pip', '--version'),
    impact: 'XGBoost cannot be fetched on its first use; no training',
    fix: 'apt-get install python3-pip',
  };
}

async function xgboost(): Promise<Finding> {
  const cache = cacheFolder();
  let library: string | undefined;
  for await (const file of glob('xgboost-cpu-*/xgboost/lib/libxgboost.so', { cwd: cache })) library = join(cache, file);
  return {
    name: "XGBoost's library",
    weight: 'useful',
    found: library,
    impact: 'the first training job fetches about 5 MB from the Python package index',
    fix: 'nothing to do, or run a training job once while the machine has a network',
  };
}

async function containers(): Promise<Finding[]> {
  const engine = await containerEngine();
  const podman =
    process.getuid?.() === 0 ? 'runc, then systemctl enable --now' : 'runc uidmap, then systemctl --user enable --now';
  const forbidden = await forbiddenSockets();
  const closed = forbidden.length > 0 ? ` (you may not use ${forbidden.join(', ')}: its group may)` : '';
  const answers: Finding = {
    name: 'container engine',
    weight: 'useful',
    found: engine && `${engine.version} at ${engine.socket}`,
    impact: `images that run as containers are refused (nothing answers at ${containerSockets().join(', ')})`,
    fix: `apt-get install podman ${podman} podman.socket; or Docker${closed}; or \`clary up --container-socket PATH\``,
  };
  if (!engine) return [answers];
  const missing = await missingLimits(engine.socket);
  return [
    answers,
    {
      name: 'limits of containers',
      weight: 'useful',
      found: missing.length === 0 ? 'memory and cores' : undefined,
      impact: `containers are not limited to their instances’ ${missing.join(' and ')}: the engine has no control groups for that`,
      fix: 'control groups of version 2, and for a user’s own engine their delegation: Delegate=cpu memory pids for user@.service; or an engine of root’s',
    },
  ];
}

/** The folder, or what of the way to it is there. */
async function nearest(folder: string): Promise<string> {
  const isThere = await access(folder).then(
    () => true,
    () => false,
  );
  return isThere || folder === '/' ? folder : nearest(dirname(folder));
}

async function space(dataFolder: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(await nearest(dataFolder));
  const gigabytes = (bavail * bsize) / 2 ** 30;
  return {
    name: 'disk space for data',
    weight: 'needed',
    found: gigabytes >= 1 ? `${gigabytes.toFixed(0)} GiB free at ${dataFolder}` : undefined,
    impact: 'uploads and jobs fail when the disk is full',
    fix: `free at least 1 GiB, or choose another folder with --data (now ${dataFolder})`,
  };
}

async function port(number: number): Promise<Finding> {
  const free = await new Promise<boolean>((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(number, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
  return {
    name: `port ${number}`,
    weight: 'useful',
    found: free ? 'free' : undefined,
    impact: 'the port is in use: Clary is running, or `clary up` needs another port',
    fix: 'clary up --port N',
  };
}

export async function doctor(args: Arguments): Promise<void> {
  const options = installationOptions(args);
  const found = await Promise.all([
    python(),
    pip(),
    xgboost(),
    bubblewrap(),
    overlays(await nearest(options.dataFolder)),
    limits(),
    containers(),
    space(options.dataFolder),
    port(Number(options.port ?? (process.env.CLARY_PORT || 4566))),
  ]);
  const findings = found.flat();
  console.log(`ok       Node ${process.version}`);
  for (const { name, weight, found, impact, fix } of findings) {
    if (found) console.log(`ok       ${name}: ${found}`);
    else
      console.log(
        `${weight === 'needed' ? 'MISSING' : 'missing'}  ${name}\n           impact: ${impact}\n           fix:    ${fix}`,
      );
  }
  if (findings.some(({ weight, found }) => weight === 'needed' && !found)) process.exitCode = 1;
}
