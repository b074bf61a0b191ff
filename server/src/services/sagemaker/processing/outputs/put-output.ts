/** Uploads an open file as an output's object, encrypted with the request's key. */
import type { FileHandle } from 'node:fs/promises';
import type { Aws } from '../../../../contract/aws.ts';
import { AwsError } from '../../../../contract/aws-error.ts';
import { type Putting, putOpenFile } from '../../shared/put-file.ts';
import type { S3Location } from '../../shared/s3-uri.ts';

/** Throws AwsError if S3 refuses the upload, another error if S3 is unavailable, so that the upload is repeated. */
export async function putOutput(aws: Aws, location: S3Location, file: FileHandle, putting: Putting): Promise<void> {
  try {
    await putOpenFile(aws, location, file, putting);
  } catch (error) {
    if (!(error instanceof AwsError) || (error.status ?? 400) < 500) throw error;
    throw new Error(`S3 could not store ${location.key}: ${error.message}`, { cause: error });
  }
}
