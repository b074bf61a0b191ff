/** The content of the cache: every known environment, which of them exist, their size (without shared files) and when a job last used them. */
import { readdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Variables } from '../python-index/wheel.ts';
import { environmentNames, environmentsFolder } from './catalog.ts';
import { bytesOf, type Files, filesOf, ownBytes, removeUnused } from './disk.ts';
import { findEnvironment } from './environment.ts';

export interface ListedEnvironment {
  readonly name: string;
  /** Absent if it does not exist. */
  readonly hash?: string;
  readonly python?: string;
  /** What a requirements.txt added. */
  readonly isLayer?: boolean;
  readonly folder?: string;
  readonly bytes?: number;
  /** Of files that no other environment has. */
  readonly ownBytes?: number;
  readonly usedAt?: string;
}

interface Made extends ListedEnvironment {
  readonly folder: string;
  readonly usedAt: string;
  readonly files: Files;
}

async function madeEnvironments(env: Variables): Promise<Made[]> {
  const root = environmentsFolder(env);
  const found: Made[] = [];
  for (const folder of (await readdir(root).catch(() => [])).sort().map((name) => join(root, name))) {
    const environment = await findEnvironment(folder);
    if (!environment) continue;
    const { name, hash, version } = environment;
    const { mtime } = await stat(join(folder, 'environment.json'));
    const isLayer = basename(folder).startsWith(`${name}-with-`);
    const files = await filesOf(folder);
    found.push({ name, hash, python: version, isLayer, folder, usedAt: mtime.toISOString(), files });
  }
  return found;
}

const othersOf = (one: Made, all: readonly Made[]) => all.flatMap(({ files }) => (files === one.files ? [] : [files]));

export async function listEnvironments(env: Variables): Promise<ListedEnvironment[]> {
  const made = await madeEnvironments(env);
  const listed = made.map((one) => {
    const { files, ...rest } = one;
    return { ...rest, bytes: bytesOf(files), ownBytes: ownBytes(files, othersOf(one, made)) };
  });
  const absent = (await environmentNames()).filter((name) => !made.some((one) => one.name === name));
  return [...listed, ...absent.map((name) => ({ name }))];
}

const mebibytes = (bytes: number | undefined) => (bytes === undefined ? '' : `${Math.ceil(bytes / 2 ** 20)} MiB`);

export function shownList(found: readonly ListedEnvironment[]): string {
  const rows = found.map(({ name, hash, python, isLayer, bytes, ownBytes: own, usedAt }) => [
    isLayer ? `${name} + requirements.txt` : name,
    hash ?? 'not made',
    python ?? '',
    mebibytes(bytes),
    mebibytes(own),
    usedAt?.slice(0, 10) ?? '',
  ]);
  const table = [['name', 'hash', 'Python', 'size', 'own', 'used'], ...rows];
  const widths = [0, 1, 2, 3, 4, 5].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Removes environments that no job used for so many days, and incomplete ones that a kill left. */
export async function pruneEnvironments(env: Variables, days: number): Promise<string[]> {
  const limit = Date.now() - days * 86_400_000;
  const root = environmentsFolder(env);
  const lines: string[] = [];
  let left = await madeEnvironments(env);
  for (const one of left.filter(({ usedAt }) => Date.parse(usedAt) <= limit)) {
    const { folder, name, hash, usedAt, files } = one;
    await rm(folder, { recursive: true, force: true });
    const freed = ownBytes(files, othersOf(one, left));
    left = left.filter((other) => other !== one);
    lines.push(`removed ${name} ${hash} (${mebibytes(freed)}, last used ${usedAt.slice(0, 10)})`);
  }
  for (const name of await readdir(root).catch(() => [])) {
    if (!name.startsWith('making-')) continue;
    const { mtimeMs } = await stat(join(root, name));
    // One that is being created now is touched repeatedly.
    if (mtimeMs < Date.now() - 3_600_000) await rm(join(root, name), { recursive: true, force: true });
  }
  await removeUnused(env);
  return lines.length > 0 ? lines : ['nothing to remove'];
}
