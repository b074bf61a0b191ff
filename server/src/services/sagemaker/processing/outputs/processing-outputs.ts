/** The outputs of all processing jobs. Continuous outputs are uploaded to S3 at short intervals while the job runs, all outputs at its end. */
import type { Aws } from '../../../../contract/aws.ts';
import type { Host } from '../../jobs/host.ts';
import { volumeBytes } from '../../jobs/volume.ts';
import { localPathOf } from '../local-paths.ts';
import type { ProcessingJob } from '../processing-job.ts';
import { outputsOf } from './output.ts';
import { type Uploader, uploadOutput } from './upload-output.ts';
import { openUploaded } from './uploaded.ts';

const everyMs = 1000;

interface Uploads {
  readonly uploaders: readonly Uploader[];
  /** Ends the uploads in progress. */
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
      const localPath = localPathOf(request, host, output.path);
      const kmsKeyId = request.ProcessingOutputConfig?.KmsKeyId || undefined;
      uploaders.push({ host, output, localPath, kmsKeyId, uploaded, seen: new Map(), maxBytes });
    }
  }
  return uploaders;
}

export function processingOutputs() {
  const uploadsByRun = new Map<string, Promise<Uploads>>();

  function uploadsOf(job: ProcessingJob, hosts: readonly Host[]): Promise<Uploads> {
    const found = uploadsByRun.get(job.state.runId);
    if (found) return found;
    const made = uploadersOf(job, hosts).then((uploaders) => ({
      uploaders,
      ending: new AbortController(),
      running: undefined,
      lastAt: 0,
    }));
    made.catch(() => uploadsByRun.delete(job.state.runId));
    uploadsByRun.set(job.state.runId, made);
    return made;
  }

  async function uploadDue(own: Uploads, role: () => Promise<Aws>): Promise<void> {
    const aws = await role();
    const options = { last: false, signal: own.ending.signal };
    for (const uploader of own.uploaders) if (uploader.output.continuous) await uploadOutput(uploader, aws, options);
  }

  async function finish(
    job: ProcessingJob,
    hosts: readonly Host[],
    aws: Aws,
    signal: AbortSignal,
    all: boolean,
  ): Promise<void> {
    const own = await uploadsOf(job, hosts);
    // No process writes any more: an upload in progress is repeated with the final content.
    own.ending.abort();
    await own.running;
    const options = { last: true, signal };
    for (const uploader of own.uploaders)
      if (all || uploader.output.continuous) await uploadOutput(uploader, aws, options);
  }

  return {
    /** `warn` receives the reason if nothing could be uploaded; the next call tries again. */
    async uploadChanges(
      job: ProcessingJob,
      hosts: readonly Host[],
      role: () => Promise<Aws>,
      warn: (error: unknown) => void,
      now: number,
    ): Promise<void> {
      if (!outputsOf(job.request).some(({ continuous }) => continuous)) return;
      const own = await uploadsOf(job, hosts);
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

    /** No process writes any more. */
    finish: (job: ProcessingJob, hosts: readonly Host[], aws: Aws, signal: AbortSignal) =>
      finish(job, hosts, aws, signal, true),

    /** For a job that failed: completes its continuous outputs and uploads no others. */
    salvage: (job: ProcessingJob, hosts: readonly Host[], aws: Aws, signal: AbortSignal) =>
      finish(job, hosts, aws, signal, false),

    forget(job: ProcessingJob): void {
      uploadsByRun.delete(job.state.runId);
    },

    /** Ends the uploads in progress: the next server repeats them. */
    async stop(): Promise<void> {
      const end = async (own: Promise<Uploads>) => {
        const { ending, running } = await own;
        ending.abort();
        await running;
      };
      await Promise.allSettled([...uploadsByRun.values()].map(end));
      uploadsByRun.clear();
    },
  };
}
