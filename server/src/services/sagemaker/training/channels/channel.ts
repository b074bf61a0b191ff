/** A channel of the request, with defaults filled in. Pure. */
import { join } from 'node:path';
import type { Host } from '../../jobs/host.ts';
import { instancesOf } from '../cluster.ts';
import type { TrainingJobRequest } from '../training-job.ts';

type RequestedChannel = NonNullable<TrainingJobRequest['InputDataConfig']>[number];

export interface Channel {
  readonly name: string;
  readonly mode: 'File' | 'FastFile' | 'Pipe';
  readonly uri: string;
  readonly dataType: string;
  readonly attributes: readonly string[];
  readonly sharded: boolean;
  readonly compression: 'None' | 'Gzip';
  readonly wrapper: 'None' | 'RecordIO';
  readonly seed: number | undefined;
  /** The instance groups that get it; undefined for all. */
  readonly groups: readonly string[] | undefined;
  readonly contentType: string | undefined;
}

function channelOf(asked: RequestedChannel, request: TrainingJobRequest): Channel {
  const s3 = asked.DataSource.S3DataSource;
  return {
    name: asked.ChannelName,
    mode: asked.InputMode ?? request.AlgorithmSpecification?.TrainingInputMode ?? 'File',
    uri: s3?.S3Uri ?? '',
    dataType: s3?.S3DataType ?? 'S3Prefix',
    attributes: s3?.AttributeNames ?? [],
    sharded: s3?.S3DataDistributionType === 'ShardedByS3Key',
    compression: asked.CompressionType ?? 'None',
    wrapper: asked.RecordWrapperType ?? 'None',
    seed: asked.ShuffleConfig?.Seed,
    groups: s3?.InstanceGroupNames?.length ? s3.InstanceGroupNames : undefined,
    contentType: asked.ContentType,
  };
}

export const channelsOf = (request: TrainingJobRequest): Channel[] =>
  (request.InputDataConfig ?? []).map((asked) => channelOf(asked, request));

/** The instances that get the channel. */
export function receivers<H extends { readonly name: string }>(
  { groups }: Channel,
  hosts: readonly H[],
  request: TrainingJobRequest,
): readonly H[] {
  if (!groups) return hosts;
  const names = instancesOf(request).flatMap(({ name, group }) => (group && groups.includes(group) ? name : []));
  return hosts.filter(({ name }) => names.includes(name));
}

/** As AWS writes it: https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html#your-algorithms-training-algo-running-container-inputdataconfig */
export const inputDataConfig = (channels: readonly Channel[]) =>
  Object.fromEntries(
    channels.map(({ name, mode, sharded, wrapper, contentType }) => [
      name,
      {
        // A program sees FastFile as files: the toolkit and the algorithms support only File and Pipe.
        TrainingInputMode: mode === 'Pipe' ? 'Pipe' : 'File',
        S3DistributionType: sharded ? 'ShardedByS3Key' : 'FullyReplicated',
        RecordWrapperType: wrapper,
        ...(contentType ? { ContentType: contentType } : {}),
      },
    ]),
  );

export const dataFolder = ({ ml }: Pick<Host, 'ml'>) => join(ml, 'input', 'data');
