/**
 * Carries a folder of an instance to S3: whole files only. A file counts as whole when it was the same at two looks, and while it was copied; at the
 * job's end nobody writes any more. What was carried is kept beside the run, so that a server that is started again does not carry it twice.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Aws } from '../../../../contract/aws.ts';
import { listBeneath, openBeneath } from '../../../../engine/beneath.ts';
import type { Host } from '../../jobs/job-work.ts';
import { signatureOf, wholeCopy } from '../../jobs/whole-copy.ts';
import { putOpenFile } from '../../put-file.ts';
import { below } from '../../s3-uri.ts';
import type { CarriedFolder } from './carried-folders.ts';

/** File → what it was when it was carried. */
export type Carried = Record<string, string>;

const carriedFile = ({ dir }: Host, { name }: CarriedFolder) => join(dir, `${name}.json`);

export async function readCarried(host: Host, folder: CarriedFolder): Promise<Carried> {
  const carried = JSON.parse(await readFile(carriedFile(host, folder), 'utf8').catch(() => '{}')) as Carried;
  // A file may have any name, also that of a member of Object.prototype.
  return Object.assign(Object.create(null), carried);
}

export async function keepCarried(host: Host, folder: CarriedFolder, carried: Carried): Promise<void> {
  const file = carriedFile(host, folder);
  await writeFile(`${file}.new`, JSON.stringify(carried));
  await rename(`${file}.new`, file);
}

export interface Carrying {
  readonly host: Host;
  readonly folder: CarriedFolder;
  /** What each file was at the last look. */
  readonly seen: Map<string, string>;
  /** A larger file is more than the volume holds: it ends the job, and is not carried before that. */
  readonly maxBytes: number;
}

export interface Carry {
  /** Nobody writes any more. */
  readonly last: boolean;
  readonly signal: AbortSignal;
}

/** Throws AwsError where S3 refuses. */
export async function carryFolder(carrying: Carrying, aws: Aws, { last, signal }: Carry): Promise<void> {
  const { host, folder, seen, maxBytes } = carrying;
  const carried = await readCarried(host, folder);
  for await (const found of listBeneath(folder.root, ...folder.names)) {
    // A link points to what is carried by its own name, or to what must not be carried at all.
    if (found.kind !== 'file' || found.size > maxBytes) continue;
    signal.throwIfAborted();
    const name = found.names.join('/');
    const signature = signatureOf(found);
    const before = seen.get(name);
    seen.set(name, signature);
    if (carried[name] === signature || (!last && before !== signature)) continue;
    if (!(await carry(carrying, found.names, signature, aws, signal))) continue;
    carried[name] = signature;
    await keepCarried(host, folder, carried);
  }
}

/** Answers whether the file was whole. */
async function carry(
  { host, folder }: Carrying,
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
