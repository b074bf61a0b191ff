/** Puts bytes of unknown length as one object, in constant memory: short ones at once, long ones in parts. The object is there when this resolves, or not at all. */
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { Remote } from './remote.ts';

/** One part is gathered while the one before it leaves. 10,000 of them are more than the 5 GiB that a request may bring. */
const partBytes = 8 * 1024 * 1024;

/** All but the last of `partBytes`. Each has memory of its own. */
async function* inParts(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, undefined> {
  let part = Buffer.allocUnsafeSlow(partBytes);
  let filled = 0;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; ) {
      if (filled === partBytes) {
        yield part;
        part = Buffer.allocUnsafeSlow(partBytes);
        filled = 0;
      }
      const taken = Math.min(chunk.length - at, partBytes - filled);
      part.set(chunk.subarray(at, at + taken), filled);
      at += taken;
      filled += taken;
    }
  }
  yield part.subarray(0, filled);
  return undefined;
}

/** Answers how many bytes there were. */
export async function upload(remote: Remote, key: string, source: AsyncIterable<Uint8Array>): Promise<number> {
  const parts = inParts(source);
  try {
    const { value: first = new Uint8Array() } = await parts.next();
    const { done, value: second } = await parts.next();
    if (!done) return await uploadParts(remote, key, first, second, parts);
    await remote.run((client) =>
      client.send(new PutObjectCommand({ Bucket: remote.bucket, Key: key, Body: first, ContentLength: first.length })),
    );
    return first.length;
  } finally {
    await parts.return(undefined);
  }
}

async function uploadParts(
  remote: Remote,
  key: string,
  first: Uint8Array,
  second: Uint8Array,
  rest: AsyncIterable<Uint8Array>,
): Promise<number> {
  const at = { Bucket: remote.bucket, Key: key };
  const { UploadId } = await remote.run((client) => client.send(new CreateMultipartUploadCommand(at)));
  const etags: (string | undefined)[] = [];
  let size = 0;
  let leaving: Promise<void> = Promise.resolve();

  const send = async (part: Uint8Array, PartNumber: number) => {
    const { ETag } = await remote.run((client) =>
      client.send(new UploadPartCommand({ ...at, UploadId, PartNumber, Body: part, ContentLength: part.length })),
    );
    etags[PartNumber - 1] = ETag;
  };
  const next = async (part: Uint8Array) => {
    await leaving;
    size += part.length;
    leaving = send(part, etags.length + 1);
    // Awaited before the next one and at the end.
    leaving.catch(() => {});
  };
  try {
    await next(first);
    await next(second);
    for await (const part of rest) await next(part);
    await leaving;
    const Parts = etags.map((ETag, index) => ({ ETag, PartNumber: index + 1 }));
    const complete = new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload: { Parts } });
    await remote.run((client) => client.send(complete)).catch((error) => requireComplete(remote, key, size, error));
    return size;
  } catch (error) {
    await leaving.catch(() => {});
    // What stays behind after a failure here is found by the sweep.
    await remote.run((client) => client.send(new AbortMultipartUploadCommand({ ...at, UploadId }))).catch(() => {});
    throw error;
  }
}

/** A repeated request finds no upload where the answer to the first was lost. */
async function requireComplete(remote: Remote, key: string, size: number, error: Error): Promise<void> {
  if (error.name !== 'NoSuchUpload') throw error;
  const head = new HeadObjectCommand({ Bucket: remote.bucket, Key: key });
  const { ContentLength } = await remote.run((client) => client.send(head));
  if (ContentLength !== size) throw error;
}
