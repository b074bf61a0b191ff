/** The deployment package of a request: bytes in it, or an object that the caller may read. */
import type { Readable } from 'node:stream';
import type { FunctionCode } from '@aws-sdk/client-lambda';
import { AwsError } from '../../../contract/aws-error.ts';
import type { Call } from '../../../contract/call.ts';
import type { LambdaDeps } from '../deps.ts';
import { invalidParameter, notBuilt } from '../refusals.ts';
import type { StoredCode } from './code-folders.ts';
import { BadZip, unzippedLimit } from './unpack-zip.ts';

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const zippedLimit = 52_428_800;

type Source = Pick<FunctionCode, 'ZipFile' | 'S3Bucket' | 'S3Key' | 'S3ObjectVersion' | 'ImageUri'>;

export async function storeCode(source: Source, call: Call, deps: LambdaDeps): Promise<StoredCode> {
  const zip = await readCode(source, call);
  try {
    return await deps.code.add(zip);
  } catch (error) {
    if (error instanceof BadZip) throw invalidParameter(error.message, error);
    throw error;
  }
}

export async function readCode(source: Source, call: Call): Promise<Buffer> {
  if (source.ImageUri !== undefined) throw notBuilt('A function from a container image');
  if (source.ZipFile === undefined) return readObject(source, call);
  const { ZipFile: bytes } = source;
  const zip = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (zip.length > zippedLimit)
    throw new AwsError('RequestEntityTooLargeException', `Zipped size must be smaller than ${zippedLimit} bytes`, {
      status: 413,
    });
  if (zip.length === 0) throw invalidParameter('Uploaded file must be a non-empty zip');
  return zip;
}

async function readObject(
  { S3Bucket: Bucket, S3Key: Key, S3ObjectVersion: VersionId }: Source,
  call: Call,
): Promise<Buffer> {
  if (!Bucket || !Key) throw invalidParameter('Please provide a source for function code.');
  try {
    const { Body, ContentLength = 0 } = await call.aws.call('s3', 'GetObject', {
      Bucket,
      Key,
      ...(VersionId && { VersionId }),
    } as never);
    if (ContentLength > unzippedLimit)
      throw invalidParameter(`Unzipped size must be smaller than ${unzippedLimit} bytes`);
    if (Body instanceof Uint8Array) return Buffer.from(Body);
    return Buffer.concat((await (Body as unknown as Readable).toArray()) as Buffer[]);
  } catch (error) {
    if (!(error instanceof AwsError) || error.code === 'InvalidParameterValueException') throw error;
    const denied = error.status === 403;
    if (denied)
      throw new AwsError(
        'AccessDeniedException',
        `Your access has been denied by S3, please make sure your request credentials have permission to GetObject for ${Bucket}/${Key}. S3 Error Code: ${error.code}. S3 Error Message: ${error.message}`,
        { status: 403, cause: error },
      );
    throw invalidParameter(
      `Error occurred while GetObject. S3 Error Code: ${error.code}. S3 Error Message: ${error.message}`,
      error,
    );
  }
}
