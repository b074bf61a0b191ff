/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html */
import { bucketAccess, bucketArn } from '../../access.ts';
import type { S3Operation } from '../../deps.ts';
import { accessDenied } from '../../refusals.ts';
import { changeConfiguration } from '../change-configuration.ts';
import { putConfiguration, requireConfiguration } from '../configuration-store.ts';
import { parseBucketPolicy } from './bucket-policy.ts';
import { refuseStrangers } from './owners-only.ts';
import { isPublicPolicy } from './public-policy.ts';

export const putBucketPolicy: S3Operation<'PutBucketPolicy'> = {
  access: bucketAccess('s3:PutBucketPolicy'),
  async handle(input, call, deps) {
    const { Policy: policy } = input;
    await changeConfiguration(deps, call, input, (bucket) => {
      refuseStrangers(bucket, call);
      const statements = parseBucketPolicy(policy, bucket.name, call);
      if (bucket.configuration.publicAccessBlock?.BlockPublicPolicy && isPublicPolicy(statements)) {
        const because = 'public policies are blocked by the BlockPublicPolicy block public access setting.';
        throw accessDenied(call, 's3:PutBucketPolicy', bucketArn(bucket, bucket.name), because);
      }
      return [
        requireConfiguration(bucket, 'publicAccessBlock', bucket.configuration),
        putConfiguration(bucket, 'policy', { Policy: policy }),
      ];
    });
    return {};
  },
};
