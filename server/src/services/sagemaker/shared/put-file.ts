/**
 * Puts an open file as an object: at once where S3 takes it so, in parts where it is larger. Bytes stream from the disk, a few at a time. An upload that
 * fails leaves no parts behind: it is aborted, and one that a kill of the server left is aborted before the file is put again.
 */
import { createHash } from 'node:crypto';
import { type FileHandle, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Aws } from '../../../contract/aws.ts';
import { AwsError } from '../../../contract/aws-error.ts';
import { formatS3Uri, type S3Location } from './s3-uri.ts';

export interface Putting {
  /** Where what is under way is remembered: outlives the server, and no program may write to it. */
  readonly folder: string;
  readonly kmsKeyId?: string | undefined;
  /** Ends what is under way; what was begun is aborted. */
  readonly signal?: AbortSignal | undefined;
  /** What goes at once, at most, and how large parts are. For tests. */
  readonly wholeBytes?: number;
  readonly partBytes?: number;
}

/** As much as one request may bring. An object of one piece can be linked to by the jobs that read it: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const maxWholeBytes = 5 * 2 ** 30;
/** 10,000 of these are more than the largest object that there can be. */
const usualPartBytes = 640 * 2 ** 20;

/** The file must not change meanwhile. Throws AwsError for what S3 refuses. */
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
  // It may end before anybody reads it; who reads it hears of that as well.
  return body.on('error', () => {});
}

/** Whatever S3 makes of a body that broke off. */
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
    // What failed is what matters; where this fails, too, it is tried again before the file is put again.
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
    // It was completed, or aborted before.
    if (!(error instanceof AwsError) || error.code !== 'NoSuchUpload') throw error;
  }
}

async function abortLeft(aws: Aws, location: S3Location, remembered: string): Promise<void> {
  const id = await readFile(remembered, 'utf8').catch(() => undefined);
  if (id === undefined) return;
  // A role that may not abort may still put.
  if (id !== '') await abort(aws, location, id).catch(() => {});
  await rm(remembered, { force: true });
}
