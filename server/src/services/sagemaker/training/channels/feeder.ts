/**
 * The run that writes into a job's pipes (runtime/src/feed). It outlives the server, so that a kill of the server ends no epoch early. Sandboxed like the job:
 * the pipes are in folders of the job, into which the job may have put links.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readBeneath } from '../../../../engine/beneath.ts';
import type { ProcessSpec } from '../../../../engine/executor.ts';
import { runtimeMounts, sandboxedEnvironment } from '../../jobs/built-in.ts';
import type { Host } from '../../jobs/host.ts';
import type { SageMakerSettings } from '../../shared/deps.ts';
import type { TrainingJob } from '../training-job.ts';
import { channelsOf, dataFolder, receivers } from './channel.ts';
import { feedFolder, stagedFolder, stagedObjects, stagedRecords } from './staged.ts';

/** Threads for each pipe: one waits for the reader, two read ahead or unpack. */
const threadsPerPipe = 3;
const maxThreads = 1024;

export async function feederRun(
  job: TrainingJob,
  hosts: readonly Host[],
  settings: SageMakerSettings,
): Promise<Omit<ProcessSpec, 'dir'> | undefined> {
  const sandboxed = settings.sandbox !== undefined;
  const staged = sandboxed ? '/staged' : stagedFolder(hosts);
  const pipes = channelsOf(job.request).flatMap((channel, index) => {
    if (channel.mode !== 'Pipe') return [];
    const getting = receivers(channel, hosts, job.request);
    return getting.map((host, i) => ({
      channel: channel.name,
      folder: sandboxed ? `/data/${host.name}` : dataFolder(host),
      staged: stagedObjects(staged, index),
      records: stagedRecords(staged, index),
      compression: channel.compression,
      wrapper: channel.wrapper,
      ...(channel.seed === undefined ? {} : { seed: channel.seed }),
      ...(channel.sharded ? { share: { index: i, count: getting.length } } : {}),
    }));
  });
  if (pipes.length === 0) return undefined;
  const own = feedFolder(hosts);
  await mkdir(own, { recursive: true, mode: 0o700 });
  await writeFile(join(own, 'plan.json'), JSON.stringify({ pipes }));
  const plan = join(sandboxed ? '/feed' : own, 'plan.json');
  return {
    kind: 'process',
    command: [settings.nodePath, settings.runtimeMain, 'feed', '--plan', plan],
    env: {
      ...sandboxedEnvironment(settings),
      UV_THREADPOOL_SIZE: String(Math.min(maxThreads, pipes.length * threadsPerPipe + 4)),
    },
    cwd: '/',
    sandbox: {
      mounts: [
        ...runtimeMounts(settings),
        { from: stagedFolder(hosts), to: '/staged', writable: false },
        { from: own, to: '/feed', writable: true },
        ...hosts.map((host) => ({ from: dataFolder(host), to: `/data/${host.name}`, writable: true })),
      ],
      network: 'none',
      hosts: {},
    },
  };
}

export async function feederFailure(hosts: readonly Host[]): Promise<string | undefined> {
  return (await readBeneath(feedFolder(hosts), 4096, 'failure'))?.toString('utf8').slice(0, 1024);
}
