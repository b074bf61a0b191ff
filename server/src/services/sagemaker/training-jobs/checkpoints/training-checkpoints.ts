/** Checkpoints of all training jobs: brought at a job's start, carried to S3 every few seconds while it runs, and at its end. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Aws } from '../../../../contract/aws.ts';
import { listBeneath } from '../../../../engine/beneath.ts';
import { bringObjects } from '../../jobs/inputs/bring-objects.ts';
import { findPrefixObjects } from '../../jobs/inputs/input-objects.ts';
import type { Host } from '../../jobs/job-work.ts';
import { below, formatS3Uri, parseS3Uri, type S3Location } from '../../s3-uri.ts';
import type { TrainingJob } from '../training-job.ts';
import { checkpointFolder } from './checkpoint-folder.ts';
import { type Carried, type Carrying, carryCheckpoints, keepCarried, signatureOf } from './sync-checkpoints.ts';

const everyMs = 2000;

interface Tended {
  readonly carryings: readonly Carrying[];
  running: Promise<void> | undefined;
  lastAt: number;
}

const locationOf = ({ request }: TrainingJob): S3Location | undefined => {
  const location = request.CheckpointConfig && parseS3Uri(request.CheckpointConfig.S3Uri ?? '');
  return location && below(location, '');
};

export function trainingCheckpoints() {
  const tended = new Map<string, Tended>();

  function tendedOf(job: TrainingJob, hosts: readonly Host[], to: S3Location): Tended {
    const found = tended.get(job.state.runId);
    if (found) return found;
    const carryings = hosts.map((host) => ({
      host,
      folder: checkpointFolder(job.request, host),
      to,
      seen: new Map<string, string>(),
    }));
    const made: Tended = { carryings, running: undefined, lastAt: 0 };
    tended.set(job.state.runId, made);
    return made;
  }

  return {
    async bring(job: TrainingJob, hosts: readonly Host[], aws: Aws, signal: AbortSignal): Promise<void> {
      const location = locationOf(job);
      if (!location) return;
      const source = { uri: formatS3Uri(location), roleArn: job.request.RoleArn, region: job.region };
      const objects = await findPrefixObjects(aws, source, signal);
      for (const host of hosts) {
        const { root, names } = checkpointFolder(job.request, host);
        const folder = join(root, ...names);
        if (names.length === 0) await rm(root, { recursive: true, force: true });
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await bringObjects(aws, objects, folder, source, signal);
        const carried: Carried = {};
        for await (const found of listBeneath(root, ...names))
          if (found.kind === 'file') carried[found.names.join('/')] = signatureOf(found);
        await keepCarried(host, carried);
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
      const location = locationOf(job);
      if (!location) return;
      const own = tendedOf(job, hosts, location);
      if (own.running || now - own.lastAt < everyMs) return;
      own.lastAt = now;
      const carryAll = async () => {
        const aws = await role();
        for (const carrying of own.carryings) await carryCheckpoints(carrying, aws, false);
      };
      own.running = carryAll()
        .catch(warn)
        .finally(() => {
          own.running = undefined;
        });
    },

    async finish(job: TrainingJob, hosts: readonly Host[], aws: Aws): Promise<void> {
      const location = locationOf(job);
      if (!location) return;
      const own = tendedOf(job, hosts, location);
      await own.running;
      for (const carrying of own.carryings) await carryCheckpoints(carrying, aws, true);
      tended.delete(job.state.runId);
    },

    /** Waits for what is under way. */
    async stop(): Promise<void> {
      await Promise.all([...tended.values()].map(({ running }) => running));
      tended.clear();
    },
  };
}
