/** The outputs of all processing jobs: those that are continuous are uploaded to S3 every few moments while the job runs, all of them at its end. */
import type { Aws } from '../../../../contract/aws.ts';
import type { Host } from '../../jobs/job-work.ts';
import { volumeBytes } from '../../jobs/volume.ts';
import { localPathOf } from '../local-paths.ts';
import type { ProcessingJob } from '../processing-job.ts';
import { outputsOf } from './output.ts';
import { type Uploader, uploadOutput } from './upload-output.ts';
import { openUploaded } from './uploaded.ts';

const everyMs = 1000;

interface Tended {
  readonly uploaders: readonly Uploader[];
  /** Ends what is under way. */
  readonly ending: AbortController;
  running: Promise<void> | undefined;
  lastAt: number;
}

async function uploadersOf({ request }: ProcessingJob, hosts: readonly Host[]): Promise<Uploader[]> {
  const uploaders: Uploader[] = [];
  const maxBytes = volumeBytes(request.ProcessingResources.ClusterConfig?.VolumeSizeInGB);
  for (const host of hosts) {
    const uploaded = await openUploaded(host);
    for (const output of outputsOf(request)) {
      const place = localPathOf(request, host, output.path);
      const kmsKeyId = request.ProcessingOutputConfig?.KmsKeyId || undefined;
      uploaders.push({ host, output, place, kmsKeyId, uploaded, seen: new Map(), maxBytes });
    }
  }
  return uploaders;
}

export function processingOutputs() {
  const tended = new Map<string, Promise<Tended>>();

  function tendedOf(job: ProcessingJob, hosts: readonly Host[]): Promise<Tended> {
    const found = tended.get(job.state.runId);
    if (found) return found;
    const made = uploadersOf(job, hosts).then((uploaders) => ({
      uploaders,
      ending: new AbortController(),
      running: undefined,
      lastAt: 0,
    }));
    made.catch(() => tended.delete(job.state.runId));
    tended.set(job.state.runId, made);
    return made;
  }

  async function uploadDue(own: Tended, role: () => Promise<Aws>): Promise<void> {
    const aws = await role();
    const turn = { last: false, signal: own.ending.signal };
    for (const uploader of own.uploaders) if (uploader.output.continuous) await uploadOutput(uploader, aws, turn);
  }

  async function finish(
    job: ProcessingJob,
    hosts: readonly Host[],
    aws: Aws,
    signal: AbortSignal,
    all: boolean,
  ): Promise<void> {
    const own = await tendedOf(job, hosts);
    // Nobody writes any more: what is under way is done again, as it is now.
    own.ending.abort();
    await own.running;
    const turn = { last: true, signal };
    for (const uploader of own.uploaders)
      if (all || uploader.output.continuous) await uploadOutput(uploader, aws, turn);
  }

  return {
    /** `warn` receives the reason why a look uploaded nothing; the next look tries again. */
    async tend(
      job: ProcessingJob,
      hosts: readonly Host[],
      role: () => Promise<Aws>,
      warn: (error: unknown) => void,
      now: number,
    ): Promise<void> {
      if (!outputsOf(job.request).some(({ continuous }) => continuous)) return;
      const own = await tendedOf(job, hosts);
      if (own.running || now - own.lastAt < everyMs) return;
      own.lastAt = now;
      own.running = uploadDue(own, role)
        .catch((error) => {
          if (!own.ending.signal.aborted) warn(error);
        })
        .finally(() => {
          own.running = undefined;
        });
    },

    /** Nobody writes any more. */
    finish: (job: ProcessingJob, hosts: readonly Host[], aws: Aws, signal: AbortSignal) =>
      finish(job, hosts, aws, signal, true),

    /** Of a job that failed: what was continuous stays so to its end, the rest is not stored. */
    salvage: (job: ProcessingJob, hosts: readonly Host[], aws: Aws, signal: AbortSignal) =>
      finish(job, hosts, aws, signal, false),

    forget(job: ProcessingJob): void {
      tended.delete(job.state.runId);
    },

    /** Ends what is under way: the next server does it again. */
    async stop(): Promise<void> {
      const end = async (own: Promise<Tended>) => {
        const { ending, running } = await own;
        ending.abort();
        await running;
      };
      await Promise.allSettled([...tended.values()].map(end));
      tended.clear();
    },
  };
}
