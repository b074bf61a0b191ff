/**
 * Uploads the files of one output of one instance to S3. While the job runs, only complete files are uploaded: those that did not change between two looks and during
 * the copy. At the job's end no process writes any more, and files that changed since are uploaded again. Never follows a link: "Symlinks are not followed when
 * uploading output data", https://docs.aws.amazon.com/sagemaker/latest/dg/byoc-input-and-output.html
 */
import { lstat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { Aws } from '../../../../contract/aws.ts';
import { type Found, listBeneath, openBeneath } from '../../../../engine/beneath.ts';
import type { Host } from '../../jobs/host.ts';
import { JobFailed } from '../../jobs/job.ts';
import { signatureOf, wholeCopy } from '../../jobs/whole-copy.ts';
import { below } from '../../shared/s3-uri.ts';
import type { LocalPath } from '../local-paths.ts';
import type { Output } from './output.ts';
import { putOutput } from './put-output.ts';
import type { Uploaded } from './uploaded.ts';

export interface Uploader {
  readonly host: Host;
  readonly output: Output;
  readonly localPath: LocalPath;
  readonly kmsKeyId: string | undefined;
  readonly uploaded: Uploaded;
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

const atOnce = 4;

/** Distinguishes copies that are made at the same time. */
let copies = 0;

type Plain = Extract<Found, { kind: 'file' }>;

export const uploadFailure = (text: string) => new JobFailed(`ClientError: Artifact upload failed: ${text}`);

/** Throws JobFailed if a file can never be stored. */
export async function uploadOutput(uploader: Uploader, aws: Aws, turn: UploadTurn): Promise<void> {
  const { localPath, uploaded, output } = uploader;
  const { last, signal } = turn;
  if (last) await refuseReplaced(uploader);
  const waiting = listBeneath(localPath.root, ...localPath.names);
  const failed = new AbortController();
  const uploadOneByOne = async () => {
    for (;;) {
      const { value: found, done } = await waiting.next();
      if (done || failed.signal.aborted) return;
      signal.throwIfAborted();
      try {
        if (found.kind === 'file') await uploadFile(uploader, found, aws, turn);
        else if (last && found.kind === 'nameless') throw unnamed(output.path, found.names);
      } catch (error) {
        failed.abort();
        throw error;
      }
    }
  };
  const results = await Promise.allSettled(Array.from({ length: atOnce }, uploadOneByOne));
  await waiting.return(undefined);
  await uploaded.keep();
  const reason = results.find((result) => result.status === 'rejected')?.reason;
  if (reason) throw explained(reason, output.path);
}

/** The program may have replaced its output's folder by a link. */
async function refuseReplaced({ localPath, output }: Uploader): Promise<void> {
  for (let depth = 1; depth <= localPath.names.length; depth++) {
    const status = await lstat(join(localPath.root, ...localPath.names.slice(0, depth))).catch(() => undefined);
    if (!status) return;
    if (!status.isDirectory()) throw uploadFailure(`${output.path} is no longer a folder; links are not followed`);
  }
}

async function uploadFile(uploader: Uploader, found: Plain, aws: Aws, { last, signal }: UploadTurn): Promise<void> {
  const { host, localPath, output, kmsKeyId, uploaded, seen, maxBytes } = uploader;
  if (found.size > maxBytes) return;
  const name = found.names.join('/');
  const signature = signatureOf(found);
  const before = seen.get(name);
  seen.set(name, signature);
  if (uploaded.has(output.name, name, signature) || (!last && before !== signature)) return;
  const file = await openBeneath(localPath.root, ...localPath.names, ...found.names);
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
    await uploaded.add(output.name, name, signature);
  } finally {
    await file.close();
  }
}

const unnamed = (path: string, names: readonly string[]) =>
  uploadFailure(`the name of ${JSON.stringify(posix.join(path, ...names))} is not UTF-8`);

/** Turns an error of the file system or S3 into a FailureReason; returns any other error unchanged. */
function explained(error: unknown, path: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENAMETOOLONG' || code === 'EILSEQ') return uploadFailure(`a file in ${path} cannot be read (${code})`);
  return error;
}
