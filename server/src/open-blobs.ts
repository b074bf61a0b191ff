/** The store of blobs that `--blobs` names. */
import { hkdfSync } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from './config.ts';
import { readIfThere, writeSecret } from './data-folder.ts';
import type { Log } from './kit/log.ts';
import type { Blobs } from './storage/blobs.ts';
import { openFileBlobs } from './storage/file-blobs.ts';
import type { RemoteCredentials, RemoteOptions } from './storage/s3-blobs/remote.ts';

type BlobsConfig = Pick<
  Config,
  'dataDir' | 'database' | 'durability' | 'region' | 'blobs' | 'blobsEndpoint' | 'blobsRegion' | 'blobsCredentialsFile'
>;

const folderOf = ({ dataDir }: BlobsConfig) => join(dataDir, 'blobs');

export async function openBlobs(config: BlobsConfig, platformKey: Buffer, log: Log): Promise<Blobs> {
  const kept = (await readIfThere(locationFile(config)))?.toString().trim();
  await checkLocation(config, kept);
  const blobs = await openStore(config, platformKey, log);
  if (kept !== config.blobs) await writeSecret(locationFile(config), `${config.blobs}\n`);
  return blobs;
}

async function openStore(config: BlobsConfig, platformKey: Buffer, log: Log): Promise<Blobs> {
  if (config.blobs === 'files') {
    return openFileBlobs({
      dir: folderOf(config),
      durability: config.durability,
      isShared: config.database !== 'sqlite',
    });
  }
  // The SDK's client costs memory and a part of the start.
  const { openS3Blobs } = await import('./storage/s3-blobs/s3-blobs.ts');
  const owner = Buffer.from(hkdfSync('sha256', platformKey, '', 'clary/blobs-owner', 16)).toString('hex');
  return openS3Blobs({ ...(await remoteOf(config, log)), owner });
}

/** For a reset. No server may have it open. */
export async function removeBlobs(config: BlobsConfig, log: Log): Promise<void> {
  await rm(folderOf(config), { recursive: true, force: true });
  if (config.blobs === 'files') return;
  const { emptyS3Blobs } = await import('./storage/s3-blobs/s3-blobs.ts');
  await emptyS3Blobs(await remoteOf(config, log));
}

async function remoteOf(config: BlobsConfig, log: Log): Promise<RemoteOptions> {
  const file = config.blobsCredentialsFile;
  return {
    url: config.blobs,
    endpoint: config.blobsEndpoint,
    region: config.blobsRegion ?? config.region,
    credentials: file === undefined ? undefined : await readCredentials(file),
    log,
  };
}

async function readCredentials(file: string): Promise<RemoteCredentials> {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new Error(`the file ${file} of --blobs-credentials cannot be read (${error.message})`);
  });
  const wanted = () =>
    new Error(`the file ${file} of --blobs-credentials must hold JSON with accessKeyId and secretAccessKey`);
  let found: Partial<RemoteCredentials>;
  try {
    found = JSON.parse(text);
  } catch {
    throw wanted();
  }
  const { accessKeyId, secretAccessKey, sessionToken } = found ?? {};
  if (typeof accessKeyId !== 'string' || typeof secretAccessKey !== 'string') throw wanted();
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
}

const locationFile = ({ dataDir }: BlobsConfig) => join(dataDir, 'blobs-location');

/** With another store than before, every object would seem to be lost. */
async function checkLocation(config: BlobsConfig, kept: string | undefined): Promise<void> {
  const before = kept ?? ((await hasFiles(folderOf(config))) ? 'files' : config.blobs);
  if (before === config.blobs) return;
  throw new Error(
    `the objects of ${config.dataDir} are in ${before}, not in ${config.blobs}: start with --blobs ${before}, or copy them first\n` +
      `After copying them (docs/blobs.md), write ${config.blobs} into ${locationFile(config)}.`,
  );
}

async function hasFiles(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => []);
  return names.some((name) => /^[0-9a-f]{2}$/.test(name));
}
