/**
 * Uploads a folder of an instance to S3: whole files only. A file counts as whole when it was the same at two looks, and while it was copied; at the
 * job's end no process writes any more. What was uploaded is kept beside the run, so that a server that is started again does not upload it twice.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Aws } from '../../../../contract/aws.ts';
import { listBeneath, openBeneath } from '../../../../engine/beneath.ts';
import type { Host } from '../../jobs/job-work.ts';
import { signatureOf, wholeCopy } from '../../jobs/whole-copy.ts';
import { putOpenFile } from '../../shared/put-file.ts';
import { below } from '../../shared/s3-uri.ts';
import type { UploadedFolder } from './uploaded-folders.ts';

/** File → what it was when it was uploaded. */
export type Uploaded = Record<string, string>;

const uploadedFile = ({ dir }: Host, { name }: UploadedFolder) => join(dir, `${name}.json`);

export async function readUploaded(host: Host, folder: UploadedFolder): Promise<Uploaded> {
  const uploaded = JSON.parse(await readFile(uploadedFile(host, folder), 'utf8').catch(() => '{}')) as Uploaded;
  // A file may have any name, also that of a member of Object.prototype.
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
  /** What each file was at the last look. */
  readonly seen: Map<string, string>;
  /** A larger file is more than the volume holds: it ends the job, and is not carried before that. */
  readonly maxBytes: number;
}

export interface UploadTurn {
  /** Nobody writes any more. */
  readonly last: boolean;
  readonly signal: AbortSignal;
}

/** Throws AwsError where S3 refuses. */
export async function uploadFolder(uploader: Uploader, aws: Aws, { last, signal }: UploadTurn): Promise<void> {
  const { host, folder, seen, maxBytes } = uploader;
  const uploaded = await readUploaded(host, folder);
  for await (const found of listBeneath(folder.root, ...folder.names)) {
    // A link points to what is uploaded by its own name, or to what must not be uploaded at all.
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

/** Answers whether the file was whole. */
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
