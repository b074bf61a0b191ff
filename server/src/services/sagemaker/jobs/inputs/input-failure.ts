/** FailureReasons of jobs whose inputs cannot be read, in AWS's text where it was observed. */
import { AwsError } from '../../../../contract/aws-error.ts';
import type { S3Location } from '../../shared/s3-uri.ts';
import { JobFailed } from '../job.ts';

export interface InputSource {
  readonly uri: string;
  readonly roleArn: string;
  readonly region: string;
}

export const inputFailure = (text: string) => new JobFailed(`ClientError: Data download failed: ${text}`);

export const nothingFound = ({ uri, roleArn, region }: InputSource, { bucket }: S3Location) =>
  new JobFailed(
    `ClientError: Data download failed:No S3 objects found under S3 URL "${uri}" given in input data source. Please ensure that the bucket exists in ` +
      `the selected region (${region}), that objects exist under that S3 prefix, and that the role "${roleArn}" has "s3:ListBucket" permissions on bucket "${bucket}".`,
  );

/** Turns an error of S3 or the file system into a FailureReason; returns any other error unchanged. */
export function explainedInput(error: unknown, { uri, roleArn, region }: InputSource, bucket: string): unknown {
  if (error instanceof AwsError) {
    return inputFailure(
      `${uri} could not be read. Please ensure that the bucket "${bucket}" exists in the selected region (${region}) and ` +
        `that the role "${roleArn}" has "s3:ListBucket" and "s3:GetObject" permissions on it. Error message from S3: ${error.code}: ${error.message}`,
    );
  }
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EEXIST' || code === 'EISDIR' || code === 'ENOTDIR')
    return inputFailure(`two objects below ${uri} would be the same file; one key is a folder of the other`);
  if (code === 'ENOSPC') return inputFailure(`this machine's disk is full; no space for ${uri}`);
  return error;
}
