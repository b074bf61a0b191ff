/**
 * Carries the files of one output of one instance to S3. While the job runs only whole files go: those that were the same at two looks, and while they were
 * copied; at the job's end nobody writes any more, and what differs from what was carried goes again. Never follows a link: "Symlinks are not followed when
 * uploading output data", https://docs.aws.amazon.com/sagemaker/latest/dg/byoc-input-and-output.html
 */
import { lstat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { Aws } from '../../../../contract/aws.ts';
import { type Found, listBeneath, openBeneath } from '../../../../engine/beneath.ts';
import { JobFailed } from '../../jobs/job.ts';
import type { Host } from '../../jobs/job-work.ts';
import { signatureOf, wholeCopy } from '../../jobs/whole-copy.ts';
import { below } from '../../s3-uri.ts';
import type { Place } from '../places.ts';
import type { Carried } from './carried.ts';
import type { Output } from './output.ts';
import { putOutput } from './put-output.ts';

export interface Carrying {
  readonly host: Host;
  readonly output: Output;
  readonly place: Place;
  readonly kmsKeyId: string | undefined;
  readonly carried: Carried;
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

const atOnce = 4;

/** Tells copies that are made at once apart. */
let copies = 0;

type Plain = Extract<Found, { kind: 'file' }>;

export const uploadFailure = (text: string) => new JobFailed(`ClientError: Artifact upload failed: ${text}`);

/** Throws JobFailed for what can never be stored. */
export async function carryOutput(carrying: Carrying, aws: Aws, carry: Carry): Promise<void> {
  const { place, carried, output } = carrying;
  const { last, signal } = carry;
  if (last) await refuseReplaced(carrying);
  const waiting = listBeneath(place.root, ...place.names);
  const failed = new AbortController();
  const carryOneByOne = async () => {
    for (;;) {
      const { value: found, done } = await waiting.next();
      if (done || failed.signal.aborted) return;
      signal.throwIfAborted();
      try {
        if (found.kind === 'file') await carryFile(carrying, found, aws, carry);
        else if (last && found.kind === 'nameless') throw unnamed(output.path, found.names);
      } catch (error) {
        failed.abort();
        throw error;
      }
    }
  };
  const results = await Promise.allSettled(Array.from({ length: atOnce }, carryOneByOne));
  await waiting.return(undefined);
  await carried.keep();
  const reason = results.find((result) => result.status === 'rejected')?.reason;
  if (reason) throw explained(reason, output.path);
}

/** The program may have put a link where its output's folder was. */
async function refuseReplaced({ place, output }: Carrying): Promise<void> {
  for (let depth = 1; depth <= place.names.length; depth++) {
    const status = await lstat(join(place.root, ...place.names.slice(0, depth))).catch(() => undefined);
    if (!status) return;
    if (!status.isDirectory())
      throw uploadFailure(`${output.path} is no folder any more; a link in its place is not followed`);
  }
}

async function carryFile(carrying: Carrying, found: Plain, aws: Aws, { last, signal }: Carry): Promise<void> {
  const { host, place, output, kmsKeyId, carried, seen, maxBytes } = carrying;
  if (found.size > maxBytes) return;
  const name = found.names.join('/');
  const signature = signatureOf(found);
  const before = seen.get(name);
  seen.set(name, signature);
  if (carried.has(output.name, name, signature) || (!last && before !== signature)) return;
  const file = await openBeneath(place.root, ...place.names, ...found.names);
  if (!file) {
    if (last) throw uploadFailure(`${JSON.stringify(name)} cannot be read`);
    return;
  }
  try {
    copies += 1;
    const whole = last ? file : await wholeCopy(file, signature, join(host.dir, `carried-${copies}`), signal);
    if (!whole) return;
    try {
      await putOutput(aws, below(output.to, ...found.names), whole, { folder: host.dir, kmsKeyId, signal });
    } finally {
      if (whole !== file) await whole.close();
    }
    await carried.add(output.name, name, signature);
  } finally {
    await file.close();
  }
}

const unnamed = (path: string, names: readonly string[]) =>
  uploadFailure(`the name of ${JSON.stringify(posix.join(path, ...names))} is not UTF-8`);

/** What the file system or S3 says of a file, as a reason; anything else as it is. */
function explained(error: unknown, path: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENAMETOOLONG' || code === 'EILSEQ') return uploadFailure(`a file in ${path} cannot be read (${code})`);
  return error;
}
