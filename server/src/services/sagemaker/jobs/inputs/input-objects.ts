/**
 * Finds the objects of a channel or a processing input: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3DataSource.html
 * Keys are data: a key that could lead out of the folder fails the job.
 */
import type { Aws } from '../../../../contract/aws.ts';
import { hasControlCharacter, shownName } from '../../../../kit/plain-name.ts';
import { openObject } from '../../shared/artifacts.ts';
import { formatS3Uri, parseS3Uri, type S3Location } from '../../shared/s3-uri.ts';
import { explainedInput, type InputSource, inputFailure, nothingFound } from './input-failure.ts';

export interface InputObject extends S3Location {
  /** Its path in the input's folder. */
  readonly names: readonly string[];
}

/** For a manifest that is parsed at once, which blocks requests meanwhile. Enough for half a million objects. */
const maxManifestBytes = 32 * 2 ** 20;

function locationOf(uri: string): S3Location {
  const location = parseS3Uri(uri);
  if (!location) throw inputFailure(`${uri} is not an S3 URI`);
  return location;
}

/** All objects whose key begins with the URI's key, in the order of their keys. At least one. */
export async function prefixObjects(aws: Aws, source: InputSource, signal?: AbortSignal): Promise<InputObject[]> {
  const objects = await findPrefixObjects(aws, source, signal);
  if (objects.length === 0) throw nothingFound(source, locationOf(source.uri));
  return objects;
}

export async function findPrefixObjects(aws: Aws, source: InputSource, signal?: AbortSignal): Promise<InputObject[]> {
  const { bucket, key: prefix } = locationOf(source.uri);
  const objects: InputObject[] = [];
  let token: string | undefined;
  try {
    do {
      const input = { Bucket: bucket, Prefix: prefix, ContinuationToken: token };
      const page = await aws.call('s3', 'ListObjectsV2', input, signal);
      for (const { Key: key } of page.Contents ?? []) {
        if (key && !key.endsWith('/'))
          objects.push({ bucket, key, names: safeNames(belowPrefix(key, prefix), source.uri) });
      }
      token = page.NextContinuationToken;
      signal?.throwIfAborted();
    } while (token);
  } catch (error) {
    throw explainedInput(error, source, bucket);
  }
  return objects;
}

/** The objects in a manifest: `[{"prefix": "s3://…"}, "rest of a key", …]`. */
export async function manifestObjects(aws: Aws, source: InputSource, signal?: AbortSignal): Promise<InputObject[]> {
  const { uri } = source;
  const refuse = (why: string) =>
    inputFailure(`${uri} is not a manifest (${why}). It has the form [{"prefix": "s3://bucket/folder/"}, "key", …]`);
  let manifest: unknown;
  try {
    manifest = JSON.parse((await readWhole(aws, source, maxManifestBytes, signal)).toString('utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw refuse(error.message);
  }
  if (!Array.isArray(manifest)) throw refuse('it is not a list');
  const [head, ...rest] = manifest;
  const prefix = (head as { prefix?: unknown } | null)?.prefix;
  if (typeof prefix !== 'string' || !parseS3Uri(prefix)) throw refuse('its first entry names no prefix in S3');
  if (rest.length === 0) throw refuse('it names no object');
  const { bucket, key } = locationOf(prefix);
  return rest.map((entry, i) => {
    if (typeof entry !== 'string' || entry === '') throw refuse(`entry ${i + 1} is not a key`);
    return { bucket, key: key + entry, names: safeNames(entry, uri) };
  });
}

/** The bytes of a manifest. */
export async function readWhole(
  aws: Aws,
  source: InputSource,
  maxBytes: number,
  signal?: AbortSignal,
): Promise<Buffer> {
  const location = locationOf(source.uri);
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of await openObject(aws, location)) {
      signal?.throwIfAborted();
      bytes += chunk.length;
      if (bytes > maxBytes)
        throw inputFailure(`${formatS3Uri(location)} is larger than ${maxBytes} bytes: too large for a manifest`);
      chunks.push(Buffer.from(chunk));
    }
  } catch (error) {
    throw explainedInput(error, source, location.bucket);
  }
  return Buffer.concat(chunks);
}

/** Paths are relative to the folder that the prefix names, with or without its slash. For any other prefix, they are relative to the folder that contains it. */
const belowPrefix = (key: string, prefix: string) =>
  key.slice(key.startsWith(`${prefix}/`) ? prefix.length + 1 : prefix.lastIndexOf('/') + 1);

function safeNames(relative: string, uri: string): string[] {
  const names = relative.split('/');
  const isUnsafe = (name: string) =>
    name === '' || name === '.' || name === '..' || hasControlCharacter(name) || Buffer.byteLength(name) > 255;
  if (names.some(isUnsafe))
    throw inputFailure(`the key ${shownName(relative)} below ${uri} cannot be a file name; rename the object`);
  return names;
}
