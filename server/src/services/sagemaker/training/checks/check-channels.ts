/** Refuses channels that contradict themselves or each other. AWS's text where it was observed (https://github.com/aws/sagemaker-python-sdk/issues/716). */
import { parseS3Uri } from '../../shared/s3-uri.ts';
import { type Channel, channelsOf } from '../channels/channel.ts';
import { instancesOf } from '../cluster.ts';
import type { TrainingJobRequest } from '../training-job.ts';
import type { Refuse } from './refuse.ts';

const dataTypes = ['S3Prefix', 'ManifestFile', 'AugmentedManifestFile'];
/** Every pipe has threads of its own in the feeder. */
const maxPipes = 300;

export function checkChannels(request: TrainingJobRequest, refuse: Refuse): void {
  for (const { ChannelName: name, DataSource: source } of request.InputDataConfig ?? []) {
    if (!source.S3DataSource || Object.keys(source).length > 1)
      throw refuse(`channel ${name}: a data source other than S3DataSource is not supported by Clary yet.`);
    if (source.S3DataSource.HubAccessConfig || source.S3DataSource.ModelAccessConfig)
      throw refuse(`channel ${name}: HubAccessConfig and ModelAccessConfig are not supported by Clary yet.`);
  }
  const channels = channelsOf(request);
  for (const channel of channels) checkChannel(channel, request, refuse);
  checkNames(channels, refuse);
  const pipes = channels.filter(({ mode }) => mode === 'Pipe').length * instancesOf(request).length;
  if (pipes > maxPipes)
    throw refuse(`${pipes} pipes (channels times instances) are more than the ${maxPipes} that Clary feeds.`);
}

function checkNames(channels: readonly Channel[], refuse: Refuse): void {
  const names = channels.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice) throw refuse(`Channel names must be unique; ${twice} is used more than once.`);
  for (const { name, mode } of channels) {
    if (name === '.' || name === '..') throw refuse(`Channel names name folders; ${name} cannot be one.`);
    const pipe = new RegExp(`^${name.replaceAll('.', '\\.')}_\\d+$`);
    const meets = mode === 'Pipe' && names.find((other) => pipe.test(other));
    if (meets)
      throw refuse(
        `The pipes of channel ${name} are called ${name}_0, ${name}_1, …; channel ${meets} has the name of one.`,
      );
  }
}

function checkChannel(channel: Channel, request: TrainingJobRequest, refuse: Refuse): void {
  const { name, mode, uri, dataType } = channel;
  if (!parseS3Uri(uri)) throw refuse(`Invalid S3 URI: ${uri}`);
  if (!dataTypes.includes(dataType))
    throw refuse(`channel ${name}: S3DataType ${dataType} is not supported by Clary yet.`);
  if (mode !== 'Pipe') {
    if (channel.compression !== 'None')
      throw refuse(
        `Invalid compression type for channel ${name}: ${mode} mode only supports NONE, got ${channel.compression} instead`,
      );
    if (channel.wrapper !== 'None')
      throw refuse(
        `Invalid record wrapper type for channel ${name}: ${mode} mode only supports NONE, got ${channel.wrapper} instead`,
      );
  }
  checkManifest(channel, refuse);
  const known = request.ResourceConfig?.InstanceGroups?.map((group) => group.InstanceGroupName) ?? [];
  const unknown = channel.groups?.find((group) => !known.includes(group));
  if (unknown)
    throw refuse(
      `channel ${name}: InstanceGroupNames names ${unknown}, which is not a group of ResourceConfig.InstanceGroups.`,
    );
}

function checkManifest({ name, mode, uri, dataType, attributes }: Channel, refuse: Refuse): void {
  if (dataType !== 'S3Prefix' && !parseS3Uri(uri)?.key)
    throw refuse(`channel ${name}: S3DataType ${dataType} needs an S3Uri that names an object, not ${uri}.`);
  if (dataType !== 'AugmentedManifestFile') {
    if (attributes.length > 0)
      throw refuse(`channel ${name}: AttributeNames is only supported with S3DataType AugmentedManifestFile.`);
    return;
  }
  if (mode !== 'Pipe')
    throw refuse(
      `channel ${name}: S3DataType AugmentedManifestFile is only supported with input mode Pipe, not ${mode}.`,
    );
  if (attributes.length === 0) throw refuse(`channel ${name}: S3DataType AugmentedManifestFile needs AttributeNames.`);
}
