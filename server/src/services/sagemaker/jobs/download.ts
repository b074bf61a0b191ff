/**
 * Brings a prefix of S3 into a folder, in the job's role's name. Object keys are data: one that could lead out of the folder fails the job.
 */
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Aws } from '../../../contract/aws.ts';
import { AwsError } from '../../../contract/aws-error.ts';
import { openObject } from '../artifacts.ts';
import { parseS3Uri, type S3Location } from '../s3-uri.ts';
import { JobFailed } from './job.ts';

export interface DownloadSource {
  readonly uri: string;
  readonly roleArn: string;
  readonly region: string;
}

/** Throws JobFailed in AWS's words (observed) where there is nothing, or nothing that the role may read. */
export async function downloadPrefix(aws: Aws, source: DownloadSource, folder: string): Promise<void> {
  const location = parseS3Uri(source.uri);
  if (!location) throw new JobFailed(`ClientError: Data download failed: ${source.uri} is not an S3 URI`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    const keys = await keysBelow(aws, location);
    if (keys.length === 0) throw nothingFound(source, location);
    for (const key of keys) {
      const path = join(folder, ...safeNames(belowPrefix(key, location.key), source));
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await pipeline(await openObject(aws, { bucket: location.bucket, key }), createWriteStream(path, { flags: 'wx' }));
    }
  } catch (error) {
    throw explained(error, source, location);
  }
}

async function keysBelow(aws: Aws, { bucket, key }: S3Location): Promise<string[]> {
  const keys: string[] = [];
  let token: string | undefined;
  do {
    const page = await aws.call('s3', 'ListObjectsV2', { Bucket: bucket, Prefix: key, ContinuationToken: token });
    for (const object of page.Contents ?? []) if (object.Key && !object.Key.endsWith('/')) keys.push(object.Key);
    token = page.NextContinuationToken;
  } while (token);
  return keys;
}

/** A prefix that is a folder's name without its slash means the folder; any other keeps what is beside it apart by name. */
const belowPrefix = (key: string, prefix: string) =>
  key.slice(key.startsWith(`${prefix}/`) ? prefix.length + 1 : prefix.lastIndexOf('/') + 1);

function safeNames(relative: string, source: DownloadSource): string[] {
  const names = relative.split('/');
  const isUnsafe = (name: string) =>
    name === '' || name === '.' || name === '..' || name.includes('\0') || Buffer.byteLength(name) > 255;
  if (names.some(isUnsafe)) {
    throw new JobFailed(
      `ClientError: Data download failed: the key ${JSON.stringify(relative)} below ${source.uri} cannot be a file name; rename the object`,
    );
  }
  return names;
}

const nothingFound = ({ uri, roleArn, region }: DownloadSource, { bucket }: S3Location) =>
  new JobFailed(
    `ClientError: Data download failed:No S3 objects found under S3 URL "${uri}" given in input data source. Please ensure that the bucket exists in ` +
      `the selected region (${region}), that objects exist under that S3 prefix, and that the role "${roleArn}" has "s3:ListBucket" permissions on bucket "${bucket}".`,
  );

function explained(error: unknown, { uri, roleArn, region }: DownloadSource, { bucket }: S3Location): unknown {
  if (error instanceof AwsError) {
    return new JobFailed(
      `ClientError: Data download failed: ${uri} could not be read. Please ensure that the bucket "${bucket}" exists in the selected region (${region}) and ` +
        `that the role "${roleArn}" has "s3:ListBucket" and "s3:GetObject" permissions on it. Error message from S3: ${error.code}: ${error.message}`,
    );
  }
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EEXIST' || code === 'EISDIR' || code === 'ENOTDIR') {
    return new JobFailed(
      `ClientError: Data download failed: two objects below ${uri} would be the same file; one key is a folder of the other`,
    );
  }
  return error;
}
