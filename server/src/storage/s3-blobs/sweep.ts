/** Lists and deletes: many blobs at once, and what a kill left behind. */
import {
  AbortMultipartUploadCommand,
  DeleteObjectsCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandInput,
  type ListMultipartUploadsCommandOutput,
  PutObjectCommand,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3';
import { Unavailable } from '../../kit/unavailable.ts';
import type { Blobs } from '../blobs.ts';
import type { Remote } from './remote.ts';

/** What S3 deletes in one request at most. */
const batchSize = 1000;

export async function removeBlobs(remote: Remote, ids: readonly string[]): Promise<void> {
  const objects = ids.map((id) => ({ Key: remote.keyOf(id) }));
  for (let from = 0; from < objects.length; from += batchSize) {
    const Delete = { Objects: objects.slice(from, from + batchSize), Quiet: true };
    const { Errors = [] } = await remote.run((client) =>
      client.send(new DeleteObjectsCommand({ Bucket: remote.bucket, Delete })),
    );
    const [failed] = Errors.filter(({ Code }) => Code !== 'NoSuchKey');
    if (failed) throw new Unavailable(`${remote.url} does not delete ${failed.Key}: ${failed.Code}: ${failed.Message}`);
  }
}

/** By the store's own clock, which the dates of its objects are of. */
async function storeTime(remote: Remote): Promise<number> {
  const at = { Bucket: remote.bucket, Key: `${remote.prefix}clary-clock` };
  await remote.run((client) => client.send(new PutObjectCommand({ ...at, Body: Buffer.from('now') })));
  const { LastModified } = await remote.run((client) => client.send(new HeadObjectCommand(at)));
  return LastModified?.getTime() ?? Number.NEGATIVE_INFINITY;
}

export const sweep =
  (remote: Remote): Blobs['sweep'] =>
  async (isUsed, olderThanMs) => {
    const before = (await storeTime(remote)) - olderThanMs;
    const isOld = (date: Date | undefined) => date !== undefined && date.getTime() < before;
    let removed = 0;
    const pages = await remote.run(async (client) =>
      paginateListObjectsV2({ client }, { Bucket: remote.bucket, Prefix: remote.prefix }),
    );
    for (;;) {
      const { done, value: page } = await remote.run(() => pages.next());
      if (done) break;
      const old = (page.Contents ?? []).filter(({ LastModified }) => isOld(LastModified));
      const ids = old.flatMap(({ Key = '' }) => remote.idOf(Key) ?? []);
      const used = await isUsed(ids);
      const free = ids.filter((id) => !used.has(id));
      await removeBlobs(remote, free);
      removed += free.length;
    }
    await abortUploads(remote, isOld);
    return removed;
  };

type Position = Pick<ListMultipartUploadsCommandInput, 'KeyMarker' | 'UploadIdMarker'>;

async function abortUploads(remote: Remote, isOld: (date: Date | undefined) => boolean): Promise<void> {
  for (let from: Position | undefined = {}; from; ) {
    const list: ListMultipartUploadsCommand = new ListMultipartUploadsCommand({
      Bucket: remote.bucket,
      Prefix: remote.prefix,
      ...from,
    });
    const page: ListMultipartUploadsCommandOutput = await remote.run((client) => client.send(list));
    for (const { Key = '', UploadId, Initiated } of page.Uploads ?? []) {
      if (remote.idOf(Key) === undefined || !isOld(Initiated)) continue;
      const abort = new AbortMultipartUploadCommand({ Bucket: remote.bucket, Key, UploadId });
      await remote.run((client) => client.send(abort)).catch(ignoreMissingUpload);
    }
    from = page.IsTruncated ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker } : undefined;
  }
}

function ignoreMissingUpload(error: Error): void {
  if (error.name !== 'NoSuchUpload') throw error;
}
