/** Model artifacts: downloaded from S3 with a role's credentials and unpacked as untrusted data; packed and uploaded. */
import { createWriteStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Aws } from '../../../contract/aws.ts';
import { createTarGz, extractTarGz } from '../../../engine/archive.ts';
import { type Putting, putOpenFile } from './put-file.ts';
import { parseS3Uri, type S3Location } from './s3-uri.ts';

/** More than any model that one machine serves; less than its disk. */
const limits = { maxBytes: 20 * 2 ** 30, maxEntries: 10_000 };

/** The bytes of an object. Throws AwsError. */
export async function openObject(aws: Aws, { bucket, key }: S3Location): Promise<Readable> {
  const { Body: body } = await aws.call('s3', 'GetObject', { Bucket: bucket, Key: key });
  return body instanceof Readable ? body : Readable.from(body ? [body] : []);
}

/** Uploads a stream. Its length is found by writing it to a file in the folder, to which no program may write. */
async function putStream(aws: Aws, location: S3Location, source: Readable, putting: Putting): Promise<void> {
  const own = await mkdtemp(join(putting.folder, 'upload-'));
  try {
    const file = join(own, 'object');
    await pipeline(source, createWriteStream(file), { signal: putting.signal });
    await putFile(aws, location, file, putting);
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

export async function putFile(aws: Aws, location: S3Location, path: string, putting: Putting): Promise<void> {
  const file = await open(path);
  try {
    await putOpenFile(aws, location, file, putting);
  } finally {
    await file.close();
  }
}

/** Throws AwsError if the object cannot be read, ArchiveRefused if it is not an archive that may be unpacked. */
export async function fetchArtifact(aws: Aws, uri: string, dir: string): Promise<void> {
  const location = parseS3Uri(uri);
  if (!location) throw new Error(`${uri} is not an S3 location`);
  await extractTarGz(await openObject(aws, location), dir, limits);
}

/** Packs `dir` as <location>. */
export const storeArtifact = (aws: Aws, location: S3Location, dir: string, putting: Putting) =>
  putStream(aws, location, createTarGz(dir), putting);
