/** What a data folder holds beside the database: the administrator's key, the platform's key, the lock of the server that uses it. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface StoredCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly account: string;
  readonly region: string;
  readonly endpoint: string;
}

/** Written whole or not at all, readable by its owner only. */
export async function writeSecret(file: string, content: string | Buffer): Promise<void> {
  const handle = await open(`${file}.new`, 'w', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
}

export const readIfThere = (file: string) =>
  readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** An access key in the form of AWS's: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids */
function newKey(): { accessKeyId: string; secretAccessKey: string } {
  const letters = [...randomBytes(16)].map((byte) => base32[byte % 32]).join('');
  return { accessKeyId: `AKIA${letters}`, secretAccessKey: randomBytes(30).toString('base64') };
}

/** The administrator's key, made at the first start. The account of a data folder never changes. */
export async function administratorOf(
  dataDir: string,
  account: string,
): Promise<{ accessKeyId: string; secretAccessKey: string }> {
  const file = join(dataDir, 'credentials.json');
  const stored = await readIfThere(file);
  if (stored) {
    const found = JSON.parse(stored.toString()) as StoredCredentials;
    if (found.account === account) return found;
    throw new Error(
      `${dataDir} belongs to account ${found.account}, not ${account}: start with --account ${found.account}, or choose another --data`,
    );
  }
  const key = newKey();
  await writeSecret(file, JSON.stringify({ ...key, account }));
  return key;
}

/** What `clary env` reads. */
export const keepCredentials = (dataDir: string, credentials: StoredCredentials) =>
  writeSecret(join(dataDir, 'credentials.json'), `${JSON.stringify(credentials, null, 2)}\n`);

/** 32 bytes under which secrets are sealed, made at the first start. */
export async function platformKeyOf(dataDir: string): Promise<Buffer> {
  const file = join(dataDir, 'platform.key');
  const stored = await readIfThere(file);
  if (stored) return stored;
  const key = randomBytes(32);
  await writeSecret(file, key);
  return key;
}

async function startTimeOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

/** One server at a time: throws where another one that lives has the folder. Answers what gives the folder free. */
export async function lockFolder(dataDir: string): Promise<() => Promise<void>> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const file = join(dataDir, 'server.lock');
  const [pid = '', startTime] = ((await readIfThere(file))?.toString() ?? '').trim().split(' ');
  if (pid && (await startTimeOf(Number(pid))) === startTime && startTime) {
    throw new Error(`another server (process ${pid}) uses ${dataDir}: stop it, or choose another folder with --data`);
  }
  await writeFile(file, `${process.pid} ${await startTimeOf(process.pid)}\n`, { mode: 0o600 });
  return () => rm(file, { force: true });
}
