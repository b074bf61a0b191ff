/** Folders of all training jobs that are carried to S3 every few seconds, and at the job's end; checkpoints are brought back at its start. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Aws } from '../../../../contract/aws.ts';
import { listBeneath } from '../../../../engine/beneath.ts';
import { bringObjects } from '../../jobs/inputs/bring-objects.ts';
import { findPrefixObjects } from '../../jobs/inputs/input-objects.ts';
import type { Host } from '../../jobs/job-work.ts';
import { volumeBytes } from '../../jobs/volume.ts';
import { signatureOf } from '../../jobs/whole-copy.ts';
import { formatS3Uri } from '../../s3-uri.ts';
import type { TrainingJob } from '../training-job.ts';
import { type CarriedFolder, carriedFolders } from './carried-folders.ts';
import { type Carried, type Carrying, carryFolder, keepCarried } from './carry-folder.ts';

const everyMs = 2000;

interface Tended {
  readonly carryings: readonly Carrying[];
  /** Ends what is under way. */
  readonly ending: AbortController;
  running: Promise<void> | undefined;
  lastAt: number;
}

async function bringBack(
  job: TrainingJob,
  host: Host,
  folder: CarriedFolder,
  place: string,
  aws: Aws,
  signal: AbortSignal,
): Promise<void> {
  const source = { uri: formatS3Uri(folder.to), roleArn: job.request.RoleArn, region: job.region };
  await bringObjects(aws, await findPrefixObjects(aws, source, signal), place, source, signal);
  const carried: Carried = {};
  for await (const found of listBeneath(folder.root, ...folder.names))
    if (found.kind === 'file') carried[found.names.join('/')] = signatureOf(found);
  await keepCarried(host, folder, carried);
}

export function trainingCheckpoints() {
  const tended = new Map<string, Tended>();

  function tendedOf(job: TrainingJob, hosts: readonly Host[]): Tended {
    const found = tended.get(job.state.runId);
    if (found) return found;
    const maxBytes = volumeBytes(job.request.ResourceConfig?.VolumeSizeInGB);
    const carryings = hosts.flatMap((host) =>
      carriedFolders(job, host).map((folder) => ({ host, folder, seen: new Map<string, string>(), maxBytes })),
    );
    const made: Tended = { carryings, ending: new AbortController(), running: undefined, lastAt: 0 };
    tended.set(job.state.runId, made);
    return made;
  }

  return {
    async bring(job: TrainingJob, hosts: readonly Host[], aws: Aws, signal: AbortSignal): Promise<void> {
      for (const host of hosts) {
        for (const folder of carriedFolders(job, host)) {
          const place = join(folder.root, ...folder.names);
          if (folder.names.length === 0) await rm(folder.root, { recursive: true, force: true });
          await mkdir(place, { recursive: true, mode: 0o700 });
          if (folder.name === 'checkpoints') await bringBack(job, host, folder, place, aws, signal);
        }
      }
    },

    /** `warn` hears why a look carried nothing; the next look tries again. */
    tend(
      job: TrainingJob,
      hosts: readonly Host[],
      role: () => Promise<Aws>,
      warn: (error: unknown) => void,
      now: number,
    ): void {
      const own = tendedOf(job, hosts);
      if (own.carryings.length === 0 || own.running || now - own.lastAt < everyMs) return;
      own.lastAt = now;
      const { signal } = own.ending;
      const carryAll = async () => {
        const aws = await role();
        for (const carrying of own.carryings) await carryFolder(carrying, aws, { last: false, signal });
      };
      own.running = carryAll()
        .catch((error) => {
          if (!signal.aborted) warn(error);
        })
        .finally(() => {
          own.running = undefined;
        });
    },

    async finish(job: TrainingJob, hosts: readonly Host[], aws: Aws, signal: AbortSignal): Promise<void> {
      const own = tendedOf(job, hosts);
      // Nobody writes any more: what is under way is done again, as it is now.
      own.ending.abort();
      await own.running;
      for (const carrying of own.carryings) await carryFolder(carrying, aws, { last: true, signal });
      tended.delete(job.state.runId);
    },

    /** Ends what is under way: the next server does it again. */
    async stop(): Promise<void> {
      for (const { ending } of tended.values()) ending.abort();
      await Promise.all([...tended.values()].map(({ running }) => running));
      tended.clear();
    },
  };
}
