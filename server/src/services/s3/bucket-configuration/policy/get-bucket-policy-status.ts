/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicyStatus.html */
import { bucketAccess } from '../../access.ts';
import type { S3Operation } from '../../deps.ts';
import { getConfiguration } from '../change-configuration.ts';
import { statementsOf } from './bucket-policy.ts';
import { isPublicPolicy } from './public-policy.ts';

export const getBucketPolicyStatus: S3Operation<'GetBucketPolicyStatus'> = {
  access: bucketAccess('s3:GetBucketPolicyStatus'),
  async handle(input, call, deps) {
    const { Policy: policy } = await getConfiguration(deps, call, input, 'policy');
    return { PolicyStatus: { IsPublic: isPublicPolicy(statementsOf(policy)) } };
  },
};
