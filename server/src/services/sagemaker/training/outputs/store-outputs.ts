/**
 * Stores the results of a training job, merged from all instances: /opt/ml/model as model.tar.gz, /opt/ml/output/data as output.tar.gz, or as single files:
 * https://docs.aws.amazon.com/sagemaker/latest/dg/model-train-storage.html, .../model-train-storage-uncompressed.html
 */
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Aws } from '../../../../contract/aws.ts';
import { listBeneath } from '../../../../engine/beneath.ts';
import { shownName } from '../../../../kit/plain-name.ts';
import type { Host } from '../../jobs/host.ts';
import { JobFailed } from '../../jobs/job.ts';
import { putFile, storeArtifact } from '../../shared/artifacts.ts';
import type { Putting } from '../../shared/put-file.ts';
import { below, formatS3Uri, parseS3Uri, type S3Location } from '../../shared/s3-uri.ts';
import type { TrainingJob } from '../training-job.ts';
import { isFolder, mergeFolders } from './merge-folders.ts';

const uploadFailure = (text: string) => new JobFailed(`ClientError: Artifact upload failed: ${text}`);

export async function storeOutputs(
  job: TrainingJob,
  hosts: readonly Host[],
  aws: Aws,
  signal: AbortSignal,
): Promise<Partial<TrainingJob['state']>> {
  const { S3OutputPath: uri, CompressionType: compression, KmsKeyId: kmsKeyId } = job.request.OutputDataConfig;
  const location = parseS3Uri(uri);
  if (!location) throw new JobFailed(`ClientError: ${uri} is not an S3 URI`);
  const prefix = below(location, job.name, 'output');
  try {
    const store = compression === 'NONE' ? storeFiles : storeArchive;
    const putting = { folder: dirname(hosts[0]?.dir ?? ''), kmsKeyId, signal };
    await store(await together(hosts, 'output', 'data'), prefix, 'data', 'output.tar.gz', aws, putting);
    const model = await store(await together(hosts, 'model'), prefix, 'model', 'model.tar.gz', aws, putting);
    return model ? { artifactUri: formatS3Uri(model) } : {};
  } catch (error) {
    throw explained(error);
  }
}

/** A folder with the files of all instances at that path. */
async function together(hosts: readonly Host[], ...names: readonly string[]): Promise<string> {
  const folders = hosts.map(({ ml }) => join(ml, ...names));
  for (const { ml } of hosts) {
    for (let i = 1; i <= names.length; i++) {
      const path = join(ml, ...names.slice(0, i));
      if (!(await isFolder(path)) && (await readdir(dirname(path))).includes(basename(path)))
        throw uploadFailure(`/opt/ml/${names.slice(0, i).join('/')} is no longer a folder; links are not followed`);
    }
  }
  const [only, ...more] = folders;
  if (only && more.length === 0) return only;
  const merged = join(dirname(hosts[0]?.dir ?? ''), `merged-${names.join('-')}`);
  await mergeFolders(folders, merged);
  return merged;
}

async function storeArchive(
  folder: string,
  prefix: S3Location,
  _: string,
  name: string,
  aws: Aws,
  putting: Putting,
): Promise<S3Location | undefined> {
  if (!(await isFolder(folder)) || (await readdir(folder)).length === 0) return undefined;
  const location = below(prefix, name);
  await storeArtifact(aws, location, folder, putting);
  return location;
}

async function storeFiles(
  folder: string,
  prefix: S3Location,
  name: string,
  _: string,
  aws: Aws,
  putting: Putting,
): Promise<S3Location | undefined> {
  const location = below(prefix, name, '');
  let stored = 0;
  for await (const found of listBeneath(folder)) {
    if (found.kind === 'link')
      throw uploadFailure(
        `${shownName(`${name}/${found.names.join('/')}`)} is a link to ${shownName(found.target)}: S3 has no links, and what it points to is not followed. Write files, or leave CompressionType at GZIP`,
      );
    await putFile(aws, below(location, ...found.names), join(folder, ...found.names), putting);
    stored += 1;
  }
  return stored > 0 ? location : undefined;
}

/** Turns an error of the file system about the program's files into a FailureReason. */
function explained(error: unknown): unknown {
  const { code, path } = error as NodeJS.ErrnoException;
  if (code === 'EACCES') return uploadFailure(`${path && basename(path)} cannot be read: its permissions forbid it`);
  if (code === 'ENOENT' || code === 'ENAMETOOLONG' || code === 'EILSEQ')
    return uploadFailure(
      `${path ? shownName(basename(path)) : 'a file'} could not be read, probably for its name, which must be UTF-8 (${code})`,
    );
  return error;
}
