/** Whether a bucket's functions exist and let the bucket invoke them: asked of Lambda itself, as S3 does. */
import type { NotificationConfiguration } from '@aws-sdk/client-s3';
import { AwsError } from '../../../../contract/aws-error.ts';
import type { Call } from '../../../../contract/call.ts';
import { bucketArn } from '../../access.ts';
import type { Bucket } from '../../buckets/bucket-cache.ts';
import type { S3Deps } from '../../deps.ts';
import { invalidArgument } from '../../refusals.ts';

export const servicePrincipal = 's3.amazonaws.com';

export const sourceOf = (bucket: Bucket) => ({
  arn: bucketArn(bucket, bucket.name),
  account: bucket.account,
  region: bucket.region,
});

/** Text observed. */
export async function checkFunctions(
  { LambdaFunctionConfigurations: rules = [] }: NotificationConfiguration,
  bucket: Bucket,
  call: Call,
  { aws }: S3Deps,
): Promise<void> {
  if (rules.length === 0) return;
  const s3 = aws.asSource(servicePrincipal, sourceOf(bucket));
  for (const { LambdaFunctionArn: arn = '' } of rules) {
    try {
      await s3.call('lambda', 'Invoke', { FunctionName: arn, InvocationType: 'DryRun' });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const reason =
        error.status === 404
          ? 'The destination Lambda function does not exist'
          : `Not authorized to invoke function [${arn}]`;
      throw invalidArgument(call, 'Unable to validate the following destination configurations', arn, reason);
    }
  }
}
