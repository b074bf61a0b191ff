/** The files of a data folder beside the database: the administrator's key, the platform's key, the lock of the server that uses it. */
import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { isThere } from './engine/is-there.ts';

export interface StoredCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly account: string;
  readonly region: string;
  readonly endpoint: string;
  /** The key of the first start; it may have been deleted since. */
  readonly executionRoleArn?: string | undefined;
}

/** Writes the file completely or not at all, readable by its owner only. */
export async function writeSecret(file: string, content: string | Buffer): Promise<void> {
  // Several servers may start at once on a new folder.
  const whole = nameBeside(file);
  const handle = await open(whole, 'wx', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(whole, file);
}

const unlessMissing = (error: NodeJS.ErrnoException): undefined => {
  if (error.code !== 'ENOENT') throw error;
};

export const readIfThere = (file: string) => readFile(file).catch(unlessMissing);

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

/** Undefined if no such process runs. A zombie does not run: its files are closed. */
async function startTimeOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  const [state = 'X', ...fields] = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
  return 'ZXx'.includes(state) ? undefined : fields[18];
}

/** The running servers of a data folder, the first first. */
export async function serversOf(dataDir: string): Promise<number[]> {
  const holders = await Promise.all(locksOf(dataDir).map(holderOf));
  return holders.flatMap((holder) => (holder ? [Number(holder.pid)] : []));
}

interface Holder {
  readonly pid: string;
  /** What those that share the folder have in common; undefined: it is not shared. */
  readonly sharing: string | undefined;
}

/** The running process that a lock names. */
async function holderOf(lock: string): Promise<Holder | undefined> {
  const [pid = '', startTime = '', sharing] = ((await readIfThere(lock))?.toString() ?? '').trim().split(' ');
  return startTime !== '' && (await startTimeOf(Number(pid))) === startTime ? { pid, sharing } : undefined;
}

/** The most servers that share a data folder, on PostgreSQL. */
const maxServers = 8;

const locksOf = (dataDir: string) =>
  Array.from({ length: maxServers }, (_, i) => join(dataDir, i === 0 ? 'server.lock' : `server-${i + 1}.lock`));

/** Fails early in a folder that this user cannot write. */
function notWritable(dataDir: string) {
  return (error: NodeJS.ErrnoException): never => {
    throw new Error(
      `the data folder ${dataDir} cannot be written (${error.message})\nStart as the user whose folder it is, or choose another folder with --data.`,
      { cause: error },
    );
  };
}

/** Folder by folder: Node's own recursive mkdir retries for ever if the system refuses a name in an existing folder, as /proc does. */
async function makeFolder(dir: string): Promise<void> {
  await mkdir(dir, { mode: 0o700 }).catch(async (error: NodeJS.ErrnoException) => {
    const above = dirname(dir);
    if (error.code === 'EEXIST' && (await stat(dir)).isDirectory()) return;
    if (error.code !== 'ENOENT' || above === dir || (await isThere(above))) throw error;
    await makeFolder(above);
    await makeFolder(dir);
  });
}

const patienceMs = 1000;
const pauseMs = 25;

export interface FolderLock {
  /** No other server used the folder before this one. */
  readonly isFirst: boolean;
  release(): Promise<void>;
}

/**
 * One server at a time, or those with the same `sharing`: with another database a server would remove the blobs that it does not know. Throws if the
 * folder is not free for more than a second (a server that was killed a moment ago may still be ending).
 */
export async function lockFolder(dataDir: string, sharing?: string): Promise<FolderLock> {
  await makeFolder(dataDir).catch(notWritable(dataDir));
  const own = [process.pid, await startTimeOf(process.pid), ...(sharing ? [sharing] : [])].join(' ').concat('\n');
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const taken = await takeShare(dataDir, own, sharing);
    if ('release' in taken) return taken;
    if (performance.now() > deadline) throw new Error(refusalOf(dataDir, taken, sharing));
    await setTimeout(pauseMs);
  }
}

function refusalOf(dataDir: string, holder: Holder, sharing: string | undefined): string {
  const { pid } = holder;
  if (sharing === undefined || holder.sharing === undefined)
    return `another server (process ${pid}) uses ${dataDir}: stop it, or choose another folder with --data`;
  if (sharing === holder.sharing)
    return `${maxServers} servers use ${dataDir}: stop one (process ${pid}), or choose another folder with --data`;
  return `a server with another database (process ${pid}) uses ${dataDir}: stop it, give both the same --database, or choose another folder with --data`;
}

/** A lock, or who is in its way. */
async function takeShare(dataDir: string, own: string, sharing: string | undefined): Promise<FolderLock | Holder> {
  const locks = locksOf(dataDir);
  const before = await obstacle(locks, sharing);
  if (before) return before;
  for (const [i, file] of (sharing ? locks : locks.slice(0, 1)).entries()) {
    if (!(await takeLock(file, own, dataDir))) continue;
    // Two that exclude each other may have taken a lock each at once.
    const others = locks.filter((lock) => lock !== file);
    const beside = await obstacle(others, sharing);
    if (!beside) return { isFirst: i === 0, release: () => releaseLock(file, own) };
    await releaseLock(file, own);
    return beside;
  }
  return (await holderOf(locks[0] as string)) ?? { pid: '', sharing };
}

/** A running holder with which the folder cannot be shared. */
async function obstacle(locks: readonly string[], sharing: string | undefined): Promise<Holder | undefined> {
  const holders = await Promise.all(locks.map(holderOf));
  return holders.find((holder) => holder && (sharing === undefined || holder.sharing !== sharing));
}

/** False if a running process holds it. */
async function takeLock(file: string, own: string, dataDir: string): Promise<boolean> {
  while (!(await makeLock(file, own).catch(notWritable(dataDir)))) {
    if ((await holderOf(file)) !== undefined) return false;
    await removeDeadLock(file);
  }
  return true;
}

async function releaseLock(file: string, own: string): Promise<void> {
  if ((await readIfThere(file))?.toString() === own) await rm(file, { force: true });
}

const nameBeside = (file: string) => `${file}.${process.pid}-${randomBytes(4).toString('hex')}`;

/** A link makes the lock complete or not at all, and only one of several processes succeeds. */
async function makeLock(file: string, content: string): Promise<boolean> {
  const whole = nameBeside(file);
  await writeFile(whole, content, { mode: 0o600 });
  try {
    await link(whole, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(whole, { force: true });
  }
}

/** Renames the lock first; a lock that another server has just made is restored. */
async function removeDeadLock(file: string): Promise<void> {
  const aside = nameBeside(file);
  await rename(file, aside).catch(unlessMissing);
  if ((await holderOf(aside)) !== undefined) await link(aside, file).catch(() => {});
  await rm(aside, { force: true });
}

const databaseFile = (dataDir: string) => join(dataDir, 'database-location');

/**
 * With another database than before, every object of the folder would belong to no row, and its bytes would be removed. `database`: how the folder's
 * database is recognized; a folder without a record is of the first that uses it.
 */
export async function checkDatabase(dataDir: string, database: string): Promise<void> {
  const before = (await readIfThere(databaseFile(dataDir)))?.toString().trim();
  if (before === undefined) return recordDatabase(dataDir, database);
  if (before === database) return;
  throw new Error(
    `the objects of ${dataDir} belong to ${before}, not to ${database}: start with that database, move it first (clary migrate), or choose another --data\n` +
      `If the same database has got another address, write ${database} into ${databaseFile(dataDir)}.`,
  );
}

/** After a migration, and for a folder that is empty. */
export const recordDatabase = (dataDir: string, database: string): Promise<void> =>
  writeSecret(databaseFile(dataDir), `${database}\n`);
