/**
 * The AWS SDK's clients, configured from the environment alone (AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID …):
 * the same program runs on Clary and on AWS. Path-style addresses are for hosts where bucket names are no host names.
 */
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { IAMClient } from '@aws-sdk/client-iam';
import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { STSClient } from '@aws-sdk/client-sts';

export const s3 = new S3Client({ forcePathStyle: true });
export const iam = new IAMClient({});
export const sts = new STSClient({});
export const sagemaker = new SageMakerClient({});
export const runtime = new SageMakerRuntimeClient({});
export const cloudwatch = new CloudWatchClient({});
