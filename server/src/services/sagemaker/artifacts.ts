/** Model artifacts: fetched from S3 in somebody's name, unpacked without trust; packed and put back. */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Aws } from '../../contract/aws.ts';
import { createTarGz, extractTarGz } from '../../engine/archive.ts';
import { parseS3Uri, type S3Location } from './s3-uri.ts';

/** More than any model that one machine serves; less than what fills its disk unseen. */
const limits = { maxBytes: 20 * 2 ** 30, maxEntries: 10_000 };

/** The bytes of an object. Throws AwsError. */
export async function openObject(aws: Aws, { bucket, key }: S3Location): Promise<Readable> {
  const { Body: body } = await aws.call('s3', 'GetObject', { Bucket: bucket, Key: key });
  return body instanceof Readable ? body : Readable.from(body ? [body] : []);
}

/** Puts what the stream holds; its length is found by way of a file beside `nearby`. */
export async function putStream(aws: Aws, location: S3Location, source: Readable, nearby: string): Promise<void> {
  const folder = await mkdtemp(join(dirname(nearby), 'upload-'));
  try {
    const file = join(folder, 'object');
    await pipeline(source, createWriteStream(file));
    await putFile(aws, location, file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export async function putFile(aws: Aws, { bucket, key }: S3Location, file: string): Promise<void> {
  const { size } = await stat(file);
  await aws.call('s3', 'PutObject', { Bucket: bucket, Key: key, Body: createReadStream(file), ContentLength: size });
}

/** Throws AwsError where the object cannot be read, ArchiveRefused where it is no archive that may be unpacked. */
export async function fetchArtifact(aws: Aws, uri: string, dir: string): Promise<void> {
  const location = parseS3Uri(uri);
  if (!location) throw new Error(`${uri} names no place in S3`);
  await extractTarGz(await openObject(aws, location), dir, limits);
}

/** Packs the folder as <location>. */
export const storeArtifact = (aws: Aws, location: S3Location, dir: string) =>
  putStream(aws, location, createTarGz(dir), dir);
