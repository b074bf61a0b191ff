/** Folders of all training jobs that are uploaded to S3 every few seconds, and at the job's end; checkpoints are downloaded at its start. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Aws } from '../../../../contract/aws.ts';
import { listBeneath } from '../../../../engine/beneath.ts';
import type { Host } from '../../jobs/host.ts';
import { downloadObjects } from '../../jobs/inputs/download-objects.ts';
import { findPrefixObjects } from '../../jobs/inputs/input-objects.ts';
import { volumeBytes } from '../../jobs/volume.ts';
import { signatureOf } from '../../jobs/whole-copy.ts';
import { formatS3Uri } from '../../shared/s3-uri.ts';
import type { TrainingJob } from '../training-job.ts';
import { keepUploaded, type Uploaded, type Uploader, uploadFolder } from './upload-folder.ts';
import { type UploadedFolder, uploadedFolders } from './uploaded-folders.ts';

const everyMs = 2000;

interface Uploads {
  readonly uploaders: readonly Uploader[];
  /** Ends the uploads in progress. */
  readonly ending: AbortController;
  running: Promise<void> | undefined;
  lastAt: number;
}

async function restore(
  job: TrainingJob,
  host: Host,
  folder: UploadedFolder,
  path: string,
  aws: Aws,
  signal: AbortSignal,
): Promise<void> {
  const source = { uri: formatS3Uri(folder.to), roleArn: job.request.RoleArn, region: job.region };
  await downloadObjects(aws, await findPrefixObjects(aws, source, signal), path, source, signal);
  const uploaded: Uploaded = {};
  for await (const found of listBeneath(folder.root, ...folder.names))
    if (found.kind === 'file') uploaded[found.names.join('/')] = signatureOf(found);
  await keepUploaded(host, folder, uploaded);
}

export function trainingCheckpoints() {
  const uploadsByRun = new Map<string, Uploads>();

  function uploadsOf(job: TrainingJob, hosts: readonly Host[]): Uploads {
    const found = uploadsByRun.get(job.state.runId);
    if (found) return found;
    const maxBytes = volumeBytes(job.request.ResourceConfig?.VolumeSizeInGB);
    const uploaders = hosts.flatMap((host) =>
      uploadedFolders(job, host).map((folder) => ({ host, folder, seen: new Map<string, string>(), maxBytes })),
    );
    const made: Uploads = { uploaders, ending: new AbortController(), running: undefined, lastAt: 0 };
    uploadsByRun.set(job.state.runId, made);
    return made;
  }

  return {
    async prepareFolders(job: TrainingJob, hosts: readonly Host[], aws: Aws, signal: AbortSignal): Promise<void> {
      for (const host of hosts) {
        for (const folder of uploadedFolders(job, host)) {
          const path = join(folder.root, ...folder.names);
          if (folder.names.length === 0) await rm(folder.root, { recursive: true, force: true });
          await mkdir(path, { recursive: true, mode: 0o700 });
          if (folder.name === 'checkpoints') await restore(job, host, folder, path, aws, signal);
        }
      }
    },

    /** `warn` receives the reason if nothing could be uploaded; the next call tries again. */
    uploadChanges(
      job: TrainingJob,
      hosts: readonly Host[],
      role: () => Promise<Aws>,
      warn: (error: unknown) => void,
      now: number,
    ): void {
      const own = uploadsOf(job, hosts);
      if (own.uploaders.length === 0 || own.running || now - own.lastAt < everyMs) return;
      own.lastAt = now;
      const { signal } = own.ending;
      const uploadAll = async () => {
        const aws = await role();
        for (const uploader of own.uploaders) await uploadFolder(uploader, aws, { last: false, signal });
      };
      own.running = uploadAll()
        .catch((error) => {
          if (!signal.aborted) warn(error);
        })
        .finally(() => {
          own.running = undefined;
        });
    },

    async finish(job: TrainingJob, hosts: readonly Host[], aws: Aws, signal: AbortSignal): Promise<void> {
      const own = uploadsOf(job, hosts);
      // No process writes any more: an upload in progress is repeated with the final content.
      own.ending.abort();
      await own.running;
      for (const uploader of own.uploaders) await uploadFolder(uploader, aws, { last: true, signal });
      uploadsByRun.delete(job.state.runId);
    },

    /** Ends the uploads in progress: the next server repeats them. */
    async stop(): Promise<void> {
      for (const { ending } of uploadsByRun.values()) ending.abort();
      await Promise.all([...uploadsByRun.values()].map(({ running }) => running));
      uploadsByRun.clear();
    },
  };
}
