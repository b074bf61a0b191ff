/** Puts an open file as an object, under the key that the request names. */
import type { FileHandle } from 'node:fs/promises';
import type { Aws } from '../../../../contract/aws.ts';
import { AwsError } from '../../../../contract/aws-error.ts';
import type { S3Location } from '../../s3-uri.ts';

/** Throws AwsError for what S3 refuses; for what it could not do just now another error, so that it is tried again. */
export async function putOutput(
  aws: Aws,
  { bucket, key }: S3Location,
  file: FileHandle,
  kmsKeyId: string | undefined,
): Promise<void> {
  const { size } = await file.stat();
  const encryption = kmsKeyId ? { ServerSideEncryption: 'aws:kms' as const, SSEKMSKeyId: kmsKeyId } : {};
  const body = file.createReadStream({ autoClose: false, start: 0 });
  try {
    await aws.call('s3', 'PutObject', { Bucket: bucket, Key: key, Body: body, ContentLength: size, ...encryption });
  } catch (error) {
    if (!(error instanceof AwsError) || (error.status ?? 400) < 500) throw error;
    throw new Error(`S3 could not store ${key}: ${error.message}`, { cause: error });
  }
}
