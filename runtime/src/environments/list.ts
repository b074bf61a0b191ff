/** What lies in the cache: every environment that could be made, those that were, how big they are and when a job last used them. */
import { lstat, readdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Variables } from '../python-index/wheel.ts';
import { environmentNames, environmentsFolder } from './catalog.ts';
import { findEnvironment } from './environment.ts';

export interface ListedEnvironment {
  readonly name: string;
  /** Absent where it was not made. */
  readonly hash?: string;
  readonly python?: string;
  /** What a requirements.txt added. */
  readonly isLayer?: boolean;
  readonly folder?: string;
  readonly bytes?: number;
  readonly usedAt?: string;
}

/** Bytes of the files that are not hard links to one counted before: environments share what uv keeps. */
async function sizeOf(folder: string, seen: Set<number>): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const { ino, size } = await lstat(join(entry.parentPath, entry.name));
    if (!seen.has(ino)) bytes += size;
    seen.add(ino);
  }
  return bytes;
}

async function madeEnvironments(env: Variables): Promise<ListedEnvironment[]> {
  const root = environmentsFolder(env);
  const seen = new Set<number>();
  const found: ListedEnvironment[] = [];
  for (const folder of (await readdir(root).catch(() => [])).sort().map((name) => join(root, name))) {
    const environment = await findEnvironment(folder);
    if (!environment) continue;
    const { name, hash, version } = environment;
    const { mtime } = await stat(join(folder, 'environment.json'));
    const isLayer = basename(folder).startsWith(`${name}-with-`);
    const bytes = await sizeOf(folder, seen);
    found.push({ name, hash, python: version, isLayer, folder, bytes, usedAt: mtime.toISOString() });
  }
  return found;
}

export async function listEnvironments(env: Variables): Promise<ListedEnvironment[]> {
  const made = await madeEnvironments(env);
  const absent = (await environmentNames()).filter((name) => !made.some((one) => one.name === name));
  return [...made, ...absent.map((name) => ({ name }))];
}

export function shownList(found: readonly ListedEnvironment[]): string {
  const rows = found.map(({ name, hash, python, isLayer, bytes, usedAt }) => [
    isLayer ? `${name} + requirements.txt` : name,
    hash ?? 'not made',
    python ?? '',
    bytes === undefined ? '' : `${Math.ceil(bytes / 2 ** 20)} MiB`,
    usedAt?.slice(0, 10) ?? '',
  ]);
  const table = [['name', 'hash', 'Python', 'size', 'used'], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Removes what no job used for so many days, and what a kill left half-made. */
export async function pruneEnvironments(env: Variables, days: number): Promise<string[]> {
  const limit = Date.now() - days * 86_400_000;
  const root = environmentsFolder(env);
  const lines: string[] = [];
  for (const { folder, name, hash, bytes = 0, usedAt = '' } of await madeEnvironments(env)) {
    if (!folder || Date.parse(usedAt) > limit) continue;
    await rm(folder, { recursive: true, force: true });
    lines.push(`removed ${name} ${hash} (${Math.ceil(bytes / 2 ** 20)} MiB, last used ${usedAt.slice(0, 10)})`);
  }
  for (const name of await readdir(root).catch(() => [])) {
    if (!name.startsWith('making-')) continue;
    const { mtimeMs } = await stat(join(root, name));
    // One that is being made now is touched again and again.
    if (mtimeMs < Date.now() - 3_600_000) await rm(join(root, name), { recursive: true, force: true });
  }
  return lines.length > 0 ? lines : ['nothing to remove'];
}
