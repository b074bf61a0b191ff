/**
 * Downloads a job's channels: as files, or staged for the feeder of its pipes. FastFile is File here: on one machine streaming
 * saves nothing.
 */
import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Aws } from '../../../../contract/aws.ts';
import type { Host } from '../../jobs/host.ts';
import { augmentedRecords } from '../../jobs/inputs/augmented-manifest.ts';
import { type DownloadMode, downloadObjects } from '../../jobs/inputs/download-objects.ts';
import type { InputSource } from '../../jobs/inputs/input-failure.ts';
import { type InputObject, manifestObjects, prefixObjects } from '../../jobs/inputs/input-objects.ts';
import { formatS3Uri } from '../../shared/s3-uri.ts';
import type { TrainingJob } from '../training-job.ts';
import { type Channel, channelsOf, dataFolder, receivers } from './channel.ts';
import { linkedFolder } from './linked.ts';
import { stagedFolder, stagedObjects, stagedRecords } from './staged.ts';

export async function fillChannels(
  job: TrainingJob,
  hosts: readonly Host[],
  aws: Aws,
  mode: DownloadMode,
  signal: AbortSignal,
): Promise<void> {
  await rm(stagedFolder(hosts), { recursive: true, force: true });
  for (const host of hosts) await rm(linkedFolder(host), { recursive: true, force: true });
  for (const [index, channel] of channelsOf(job.request).entries()) {
    const source = { uri: channel.uri, roleArn: job.request.RoleArn, region: job.region };
    const getting = receivers(channel, hosts, job.request);
    if (channel.mode === 'Pipe') await stage(channel, index, getting, aws, source, signal, stagedFolder(hosts));
    else await fill(channel, getting, aws, source, signal, mode);
  }
}

const objectsOf = ({ dataType }: Channel, aws: Aws, source: InputSource, signal: AbortSignal) =>
  dataType === 'ManifestFile' ? manifestObjects(aws, source, signal) : prefixObjects(aws, source, signal);

async function fill(
  channel: Channel,
  hosts: readonly Host[],
  aws: Aws,
  source: InputSource,
  signal: AbortSignal,
  mode: DownloadMode,
): Promise<void> {
  const objects = await objectsOf(channel, aws, source, signal);
  for (const [i, host] of hosts.entries()) {
    const own = channel.sharded ? objects.filter((_, j) => j % hosts.length === i) : objects;
    const target = join(dataFolder(host), channel.name);
    if (mode === 'links') await mkdir(target, { recursive: true, mode: 0o700 });
    const folder = mode === 'links' ? join(linkedFolder(host), channel.name) : target;
    await downloadObjects(aws, own, folder, source, signal, mode);
  }
}

/** A stream starts when its reader does. What it needs is staged before, once for all instances. */
async function stage(
  channel: Channel,
  index: number,
  hosts: readonly Host[],
  aws: Aws,
  source: InputSource,
  signal: AbortSignal,
  folder: string,
): Promise<void> {
  const numbers = new Map<string, number>();
  const objects: InputObject[] = [];
  const fileOf = (object: Pick<InputObject, 'bucket' | 'key'>) => {
    const uri = formatS3Uri(object);
    const known = numbers.get(uri) ?? objects.length;
    if (known === objects.length) objects.push({ ...object, names: [String(known)] });
    numbers.set(uri, known);
    return { file: String(known) };
  };
  const records =
    channel.dataType === 'AugmentedManifestFile'
      ? (await augmentedRecords(aws, source, channel.attributes, signal)).map((parts) =>
          parts.map((part) => ('text' in part ? part : fileOf(part.object))),
        )
      : (await objectsOf(channel, aws, source, signal)).map((object) => [fileOf(object)]);
  // Only the feeder reads them, through a read-only mount.
  await downloadObjects(aws, objects, stagedObjects(folder, index), source, signal, 'links');
  await writeFile(stagedRecords(folder, index), records.map((parts) => `${JSON.stringify(parts)}\n`).join(''));
  for (const host of hosts) {
    await mkdir(dataFolder(host), { recursive: true, mode: 0o700 });
    const first = join(dataFolder(host), `${channel.name}_0`);
    await promisify(execFile)('/usr/bin/mkfifo', ['-m', '600', '--', first]);
  }
}
