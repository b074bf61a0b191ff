/**
 * What must hold before the first request: the bucket is there, the credentials may write, read and delete, and the prefix is this platform's alone.
 * Two platforms under one prefix would remove each other's blobs as left behind.
 */
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { randomHex } from '../../kit/ids.ts';
import { isMissing, type Remote } from './remote.ts';

export async function checkRemote(remote: Remote, owner: string): Promise<void> {
  try {
    await probe(remote);
    await claim(remote, owner);
  } catch (error) {
    throw error instanceof Refused ? error : new Error(explain(remote, (error as Error).cause ?? error));
  }
}

class Refused extends Error {}

const read = async (remote: Remote, Key: string) => {
  const { Body } = await remote.run((client) => client.send(new GetObjectCommand({ Bucket: remote.bucket, Key })));
  return Body?.transformToString();
};

async function probe(remote: Remote): Promise<void> {
  const at = { Bucket: remote.bucket, Key: `${remote.prefix}clary-probe-${randomHex(8)}` };
  await remote.run((client) => client.send(new PutObjectCommand({ ...at, Body: Buffer.from(at.Key) })));
  const found = await read(remote, at.Key);
  await remote.run((client) => client.send(new DeleteObjectCommand(at)));
  if (found !== at.Key) throw new Refused(`${remote.url} does not return what was written to it`);
}

async function claim(remote: Remote, owner: string): Promise<void> {
  const Key = `${remote.prefix}clary-owner`;
  const found = await read(remote, Key).catch((error) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (found === undefined) {
    await remote.run((client) =>
      client.send(new PutObjectCommand({ Bucket: remote.bucket, Key, Body: Buffer.from(owner) })),
    );
  } else if (found !== owner) {
    throw new Refused(
      `${remote.url} holds the blobs of another platform: start with another prefix, as --blobs s3://${remote.bucket}/another`,
    );
  }
}

function explain(remote: Remote, cause: unknown): string {
  const { name, message, $metadata, code } = cause as Error & {
    $metadata?: { httpStatusCode?: number };
    code?: string;
  };
  const status = $metadata?.httpStatusCode;
  if (name === 'NoSuchBucket')
    return `the bucket ${remote.bucket} of --blobs does not exist at ${remote.endpoint}\nCreate it, or name another bucket.`;
  if (status === 401 || status === 403 || name === 'CredentialsProviderError')
    return (
      `${remote.endpoint} refuses the credentials for ${remote.url} (${name}: ${message})\n` +
      'Give those of a user who may list, read, write and delete there: --blobs-credentials FILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.'
    );
  if (status === undefined)
    return `${remote.endpoint} cannot be reached for ${remote.url} (${code ?? name}: ${message})\nCheck --blobs-endpoint, and that the store runs.`;
  return `${remote.url} at ${remote.endpoint} cannot be used (${name}: ${message})`;
}
