/**
 * Uploads a folder of an instance to S3: complete files only. A file is complete if it did not change between two looks and during the copy; at the
 * job's end no process writes any more. The record of uploads is kept beside the run, so that a restarted server does not upload them twice.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Aws } from '../../../../contract/aws.ts';
import { listBeneath, openBeneath } from '../../../../engine/beneath.ts';
import type { Host } from '../../jobs/host.ts';
import { signatureOf, wholeCopy } from '../../jobs/whole-copy.ts';
import { putOpenFile } from '../../shared/put-file.ts';
import { below } from '../../shared/s3-uri.ts';
import type { UploadedFolder } from './uploaded-folders.ts';

/** File → its signature when it was uploaded. */
export type Uploaded = Record<string, string>;

const uploadedFile = ({ dir }: Host, { name }: UploadedFolder) => join(dir, `${name}.json`);

export async function readUploaded(host: Host, folder: UploadedFolder): Promise<Uploaded> {
  const uploaded = JSON.parse(await readFile(uploadedFile(host, folder), 'utf8').catch(() => '{}')) as Uploaded;
  // A file's name may be that of a member of Object.prototype.
  return Object.assign(Object.create(null), uploaded);
}

export async function keepUploaded(host: Host, folder: UploadedFolder, uploaded: Uploaded): Promise<void> {
  const file = uploadedFile(host, folder);
  await writeFile(`${file}.new`, JSON.stringify(uploaded));
  await rename(`${file}.new`, file);
}

export interface Uploader {
  readonly host: Host;
  readonly folder: UploadedFolder;
  /** The signature of each file at the last look. */
  readonly seen: Map<string, string>;
  /** A larger file exceeds the volume: it ends the job, and is not uploaded before that. */
  readonly maxBytes: number;
}

export interface UploadTurn {
  /** No process writes any more. */
  readonly last: boolean;
  readonly signal: AbortSignal;
}

/** Throws AwsError if S3 refuses the upload. */
export async function uploadFolder(uploader: Uploader, aws: Aws, { last, signal }: UploadTurn): Promise<void> {
  const { host, folder, seen, maxBytes } = uploader;
  const uploaded = await readUploaded(host, folder);
  for await (const found of listBeneath(folder.root, ...folder.names)) {
    // A link's target is uploaded under its own name, or must not be uploaded at all.
    if (found.kind !== 'file' || found.size > maxBytes) continue;
    signal.throwIfAborted();
    const name = found.names.join('/');
    const signature = signatureOf(found);
    const before = seen.get(name);
    seen.set(name, signature);
    if (uploaded[name] === signature || (!last && before !== signature)) continue;
    if (!(await uploadOne(uploader, found.names, signature, aws, signal))) continue;
    uploaded[name] = signature;
    await keepUploaded(host, folder, uploaded);
  }
}

/** Returns whether the file was complete. */
async function uploadOne(
  { host, folder }: Uploader,
  names: readonly string[],
  signature: string,
  aws: Aws,
  signal: AbortSignal,
): Promise<boolean> {
  const file = await openBeneath(folder.root, ...folder.names, ...names);
  if (!file) return false;
  try {
    const whole = await wholeCopy(file, signature, join(host.dir, `${folder.name}.copy`), signal);
    if (!whole) return false;
    try {
      await putOpenFile(aws, below(folder.to, ...names), whole, { folder: host.dir, signal });
      return true;
    } finally {
      await whole.close();
    }
  } finally {
    await file.close();
  }
}
