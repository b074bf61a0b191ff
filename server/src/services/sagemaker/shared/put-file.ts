/**
 * Uploads an open file as an object: with one PutObject if S3 allows that size, otherwise in parts. Bytes stream from the disk. An upload that
 * fails is aborted and leaves no parts. One that a kill of the server left is aborted before the file is uploaded again.
 */
import { createHash } from 'node:crypto';
import { type FileHandle, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Aws } from '../../../contract/aws.ts';
import { AwsError } from '../../../contract/aws-error.ts';
import { formatS3Uri, type S3Location } from './s3-uri.ts';

export interface Putting {
  /** The folder that records uploads in progress: it outlives the server, and no program may write to it. */
  readonly folder: string;
  readonly kmsKeyId?: string | undefined;
  /** Ends the upload and aborts its parts. */
  readonly signal?: AbortSignal | undefined;
  /** The largest single upload, and the size of parts. For tests. */
  readonly wholeBytes?: number;
  readonly partBytes?: number;
}

/** The most that one request may hold. Jobs that read an object can link to it if it is in one piece: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const maxWholeBytes = 5 * 2 ** 30;
/** 10,000 of these are more than the largest possible object. */
const usualPartBytes = 640 * 2 ** 20;

/** The file must not change meanwhile. Throws AwsError if S3 refuses the upload. */
export async function putOpenFile(aws: Aws, location: S3Location, file: FileHandle, putting: Putting): Promise<void> {
  const { size } = await file.stat();
  const remembered = join(putting.folder, `parts-${createHash('sha256').update(formatS3Uri(location)).digest('hex')}`);
  await abortLeft(aws, location, remembered);
  if (size > (putting.wholeBytes ?? maxWholeBytes)) return putParts(aws, location, file, size, putting, remembered);
  const body = reading(file, putting, { start: 0 });
  const object = { ...named(location), ...encryption(putting), Body: body, ContentLength: size };
  await unlessEnded(putting, () => aws.call('s3', 'PutObject', object, putting.signal));
}

function reading(file: FileHandle, { signal }: Putting, range: { start: number; end?: number }): Readable {
  const body = file.createReadStream({ autoClose: false, ...range, ...(signal ? { signal } : {}) });
  // It may fail before it is read; its reader then receives the same error.
  return body.on('error', () => {});
}

/** Whatever error S3 returns for an incomplete body. */
async function unlessEnded<Result>({ signal }: Putting, act: () => Promise<Result>): Promise<Result> {
  signal?.throwIfAborted();
  try {
    return await act();
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

const named = ({ bucket, key }: S3Location) => ({ Bucket: bucket, Key: key });

const encryption = ({ kmsKeyId }: Putting) =>
  kmsKeyId ? { ServerSideEncryption: 'aws:kms' as const, SSEKMSKeyId: kmsKeyId } : {};

async function putParts(
  aws: Aws,
  location: S3Location,
  file: FileHandle,
  size: number,
  putting: Putting,
  remembered: string,
): Promise<void> {
  const object = named(location);
  const { UploadId: id = '' } = await aws.call('s3', 'CreateMultipartUpload', { ...object, ...encryption(putting) });
  try {
    await writeFile(remembered, id, { mode: 0o600 });
    const upload = { ...object, UploadId: id };
    const parts: { PartNumber: number; ETag: string | undefined }[] = [];
    const { partBytes = usualPartBytes } = putting;
    for (let start = 0; start < size; start += partBytes) {
      const PartNumber = parts.length + 1;
      const length = Math.min(partBytes, size - start);
      const body = reading(file, putting, { start, end: start + length - 1 });
      const part = { ...upload, PartNumber, Body: body, ContentLength: length };
      const { ETag } = await unlessEnded(putting, () => aws.call('s3', 'UploadPart', part, putting.signal));
      parts.push({ PartNumber, ETag });
    }
    await aws.call('s3', 'CompleteMultipartUpload', { ...upload, MultipartUpload: { Parts: parts } });
  } catch (error) {
    // The first error is reported. If the abort fails too, it is repeated before the next upload of the file.
    await abort(aws, location, id).then(
      () => rm(remembered, { force: true }),
      () => {},
    );
    throw error;
  }
  await rm(remembered, { force: true });
}

async function abort(aws: Aws, location: S3Location, id: string): Promise<void> {
  try {
    await aws.call('s3', 'AbortMultipartUpload', { ...named(location), UploadId: id });
  } catch (error) {
    // The upload was completed or aborted before.
    if (!(error instanceof AwsError) || error.code !== 'NoSuchUpload') throw error;
  }
}

async function abortLeft(aws: Aws, location: S3Location, remembered: string): Promise<void> {
  const id = await readFile(remembered, 'utf8').catch(() => undefined);
  if (id === undefined) return;
  // A role without the permission to abort may have the permission to upload.
  if (id !== '') await abort(aws, location, id).catch(() => {});
  await rm(remembered, { force: true });
}
