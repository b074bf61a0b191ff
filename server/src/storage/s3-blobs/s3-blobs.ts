/** Blobs as objects of a bucket, `<prefix>/ab/cd/<id>`. A blob is acknowledged when the store has acknowledged it. */
import { Readable } from 'node:stream';
import { type Blobs, newBlobId } from '../blobs.ts';
import { download } from './download.ts';
import { isMissing, Remote, type RemoteOptions } from './remote.ts';
import { checkRemote } from './start-check.ts';
import { removeBlobs, sweep } from './sweep.ts';
import { upload } from './upload.ts';

export interface S3BlobsOptions extends RemoteOptions {
  /** Names the platform that the prefix belongs to. */
  readonly owner: string;
}

/** Throws a sentence for the operator where the store cannot be used. */
export async function openS3Blobs({ owner, ...options }: S3BlobsOptions): Promise<Blobs> {
  const remote = new Remote(options);
  await checkRemote(remote, owner);
  return {
    async put(source, id = newBlobId()) {
      return { id, size: await upload(remote, remote.keyOf(id), source) };
    },
    async open(id, range, transform) {
      try {
        return await download(remote, remote.keyOf(id), range, transform);
      } catch (error) {
        if (isMissing(error)) throw Object.assign(new Error(`there is no blob ${id}`), { code: 'ENOENT' });
        if ((error as Error).name === 'InvalidRange') return Readable.from([]);
        throw error;
      }
    },
    remove: (...ids) => removeBlobs(remote, ids),
    sweep: sweep(remote),
    close: () => remote.close(),
  };
}

/** For a reset: removes every blob below the prefix. */
export async function emptyS3Blobs(options: RemoteOptions): Promise<void> {
  const remote = new Remote(options);
  try {
    await sweep(remote)(async () => new Set(), Number.NEGATIVE_INFINITY);
  } finally {
    remote.close();
  }
}
