/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBucketIntelligentTieringConfigurations.html */
import type { S3Operation } from '../../deps.ts';
import { unconfigured } from './unconfigured.ts';

export const listBucketIntelligentTieringConfigurations: S3Operation<'ListBucketIntelligentTieringConfigurations'> =
  unconfigured('s3:GetIntelligentTieringConfiguration', { IsTruncated: false });
