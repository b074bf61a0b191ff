/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketIntelligentTieringConfiguration.html */
import type { S3Operation } from '../../deps.ts';
import { noSuchId } from './unconfigured.ts';

export const getBucketIntelligentTieringConfiguration: S3Operation<'GetBucketIntelligentTieringConfiguration'> =
  noSuchId('s3:GetIntelligentTieringConfiguration');
