/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketReplication.html */
import type { S3Operation } from '../../deps.ts';
import { notFound } from './unconfigured.ts';

export const getBucketReplication: S3Operation<'GetBucketReplication'> = notFound(
  's3:GetReplicationConfiguration',
  'ReplicationConfigurationNotFoundError',
  'The replication configuration was not found',
);
