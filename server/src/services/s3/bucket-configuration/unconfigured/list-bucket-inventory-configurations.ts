/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBucketInventoryConfigurations.html */
import type { S3Operation } from '../../deps.ts';
import { unconfigured } from './unconfigured.ts';

export const listBucketInventoryConfigurations: S3Operation<'ListBucketInventoryConfigurations'> = unconfigured(
  's3:GetInventoryConfiguration',
  { IsTruncated: false },
);
