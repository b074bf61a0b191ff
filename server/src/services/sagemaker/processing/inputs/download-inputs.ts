/** Downloads the inputs of a processing job to its instances: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProcessingS3Input.html */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Aws } from '../../../../contract/aws.ts';
import type { Host } from '../../jobs/host.ts';
import { type DownloadMode, downloadObjects } from '../../jobs/inputs/download-objects.ts';
import { type InputSource, inputFailure } from '../../jobs/inputs/input-failure.ts';
import { type InputObject, manifestObjects, prefixObjects } from '../../jobs/inputs/input-objects.ts';
import { folderOf, localPathOf } from '../local-paths.ts';
import type { ProcessingJob } from '../processing-job.ts';
import { type Input, inputsOf } from './input.ts';
import { layOutLinked, linkedFolder, removeLinked } from './linked.ts';

interface Shipment {
  readonly input: Input;
  readonly source: InputSource;
  readonly objects: readonly InputObject[];
}

/**
 * All inputs are listed before the first download, so that two inputs with the same file fail the job early. `mode`: links
 * if the program can have mounts that keep its changes apart.
 */
export async function downloadInputs(
  job: ProcessingJob,
  hosts: readonly Host[],
  aws: Aws,
  mode: DownloadMode,
  signal: AbortSignal,
): Promise<void> {
  const { request } = job;
  const shipments: Shipment[] = [];
  for (const input of inputsOf(request)) {
    const source = { uri: input.uri, roleArn: request.RoleArn, region: job.region };
    const list = input.manifest ? manifestObjects : prefixObjects;
    shipments.push({ input, source, objects: await list(aws, source, signal) });
  }
  for (const [i, host] of hosts.entries()) {
    await removeLinked(host);
    if (mode === 'links') await layOutLinked(request, host);
    const own = shipments.map((shipment) => ({ ...shipment, objects: shardOf(shipment, i, hosts.length) }));
    refuseDoubles(own);
    for (const { input, source, objects } of own) {
      const folder = folderOf(localPathOf(request, host, input.path));
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const linked = mode === 'links' ? linkedFolder(request, host, input.path) : undefined;
      await downloadObjects(aws, objects, linked ?? folder, source, signal, linked ? 'links' : 'copies');
    }
  }
}

const shardOf = ({ input, objects }: Shipment, index: number, count: number) =>
  input.sharded ? objects.filter((_, i) => i % count === index) : objects;

function refuseDoubles(shipments: readonly Shipment[]): void {
  const from = new Map<string, string>();
  for (const { input, objects } of shipments) {
    for (const { names } of objects) {
      const path = join(input.path, ...names);
      const other = from.get(path);
      if (other !== undefined)
        throw inputFailure(`inputs ${other} and ${input.name} both bring the file ${JSON.stringify(path)}`);
      from.set(path, input.name);
    }
  }
}
