/** The code of a script job: downloaded with the role's rights before the environment is created, unpacked as untrusted data, and copied to /opt/ml/code of each instance. */

import { createReadStream } from 'node:fs';
import { chmod, cp, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Aws } from '../../../../contract/aws.ts';
import { AwsError } from '../../../../contract/aws-error.ts';
import { ArchiveRefused, extractTarGz } from '../../../../engine/archive.ts';
import { isThere } from '../../../../engine/is-there.ts';
import { JobFailed } from '../../jobs/job.ts';
import { openObject } from '../../shared/artifacts.ts';
import { parseS3Uri } from '../../shared/s3-uri.ts';
import { entryPointOf } from './entry-point.ts';
import type { ScriptArgs } from './script-request.ts';

/** The limit for code. Larger data belongs in a channel. */
const maxBytes = 2 * 2 ** 30;
const maxEntries = 50_000;

const sourceIn = (jobDir: string) => join(jobDir, 'source');

const refused = (uri: string, why: string) =>
  new JobFailed(`ClientError: the script's source ${uri} could not be used: ${why}`);

/** Throws JobFailed if the archive is not valid or the disk is full, and removes what was unpacked. */
async function unpackSource(archive: Readable, dir: string, uri: string, volumeGiB: number): Promise<void> {
  try {
    await extractTarGz(archive, dir, { maxBytes: Math.min(maxBytes, volumeGiB * 2 ** 30), maxEntries });
  } catch (error) {
    await rm(dir, { recursive: true, force: true });
    if (error instanceof ArchiveRefused) throw refused(uri, error.message);
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC')
      throw refused(uri, "this machine's disk is full; no space for what it unpacks to");
    throw error;
  }
}

/** Downloads the request's archive from S3 into the job's folder, once. It may be as large as an instance's volume. */
export async function fetchSource(
  { submitDirectory: uri }: ScriptArgs,
  jobDir: string,
  role: () => Promise<Aws>,
  volumeGiB = Number.POSITIVE_INFINITY,
): Promise<void> {
  if (!uri?.startsWith('s3://') || (await isThere(sourceIn(jobDir)))) return;
  const location = parseS3Uri(uri);
  if (!location) throw refused(uri, 'it is not an S3 URI');
  const work = `${sourceIn(jobDir)}.new`;
  await rm(work, { recursive: true, force: true });
  await mkdir(jobDir, { recursive: true, mode: 0o700 });
  const archive = await openObject(await role(), location).catch((error) => {
    throw error instanceof AwsError ? refused(uri, `${error.code}: ${error.message}`) : error;
  });
  await unpackSource(archive, work, uri, volumeGiB);
  await rename(work, sourceIn(jobDir));
}

/** Requirements that refer to files in their folder cannot be identified by their text. */
export const standsAlone = (requirements: string) =>
  !/^\s*(-r|-c|-e|-f|--requirement|--constraint|--editable|--find-links|\.|\/|file:)|@\s*file:|(^|\s)\.\.?\//m.test(
    requirements,
  );

/** The requirements.txt, if it can become a layer of the environment. */
export async function layerRequirements({ program }: ScriptArgs, jobDir: string): Promise<string | undefined> {
  const file = join(sourceIn(jobDir), 'requirements.txt');
  if (!program || !(await isThere(sourceIn(jobDir)))) return undefined;
  if (entryPointOf(program, await readdir(sourceIn(jobDir))) === 'command') return undefined;
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trim() && standsAlone(text) ? file : undefined;
}

/** Copies the code to where the script runs. Throws JobFailed if the code does not contain the program. */
export async function placeSource(
  args: ScriptArgs,
  jobDir: string,
  ml: string,
  volumeGiB = Number.POSITIVE_INFINITY,
): Promise<void> {
  const { program, submitDirectory: uri } = args;
  const code = join(ml, 'code');
  if (await isThere(sourceIn(jobDir))) await cp(sourceIn(jobDir), code, { recursive: true, verbatimSymlinks: true });
  else if (uri) await placeLocal(uri, ml, code, volumeGiB);
  await mkdir(code, { recursive: true, mode: 0o700 });
  if (!program) return;
  const names = await readdir(code);
  const kind = entryPointOf(program, names);
  if (kind === 'package') return;
  if (
    program.split('/').includes('..') ||
    program.startsWith('/') ||
    !(await stat(join(code, program)).catch(() => undefined))?.isFile()
  ) {
    const shown = names.slice(0, 20).join(', ') || 'nothing';
    throw new JobFailed(
      `ClientError: the program ${program} (sagemaker_program) is not in ${uri ?? '/opt/ml/code'}; there is: ${shown}`,
    );
  }
  if (kind === 'command') await chmod(join(code, program), 0o755);
}

/** A path of the container: the code is in a channel. */
async function placeLocal(uri: string, ml: string, code: string, volumeGiB: number): Promise<void> {
  const inside = /^(?:file:\/\/)?\/opt\/ml\/(.+)$/.exec(uri)?.[1]?.split('/');
  if (!inside || inside.includes('..')) throw refused(uri, 'it is neither an S3 URI nor a path below /opt/ml');
  const path = join(ml, ...inside);
  if (path === code) return;
  const found = await stat(path).catch(() => undefined);
  if (!found) throw refused(uri, 'it is not there; no channel brought it');
  if (found.isDirectory()) return cp(path, code, { recursive: true, verbatimSymlinks: true });
  await unpackSource(createReadStream(path), code, uri, volumeGiB);
}
