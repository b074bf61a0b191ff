/**
 * The record of a container in the run's folder: that the run is a container, which process starts it, how it ended. The engine has the rest. A record is never
 * removed. Names differ from those of a process's run, so that the folder shows the kind of the run.
 */
import { link, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomHex } from '../../kit/ids.ts';
import type { RunStatus } from '../executor.ts';
import { isAlive, ownIdentity, readIdentity } from './process-identity.ts';

type End = Extract<RunStatus, { state: 'exited' | 'lost' }>;

export const isContainerRun = (dir: string): Promise<boolean> =>
  stat(join(dir, 'container')).then(
    () => true,
    () => false,
  );

async function put(file: string, text: string): Promise<void> {
  const fresh = `${file}.${randomHex(4)}`;
  await writeFile(fresh, text, { mode: 0o600, flush: true });
  await rename(fresh, file);
}

export async function recordContainer(dir: string, image: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await put(join(dir, 'container'), `${JSON.stringify({ image })}\n`);
}

export async function recordEnd(dir: string, end: End): Promise<void> {
  await put(join(dir, 'ended'), `${JSON.stringify(end)}\n`);
}

export async function readEnd(dir: string): Promise<End | undefined> {
  const text = await readFile(join(dir, 'ended'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const end = JSON.parse(text) as { state: 'exited'; exitCode: number; endedAt: string } | { state: 'lost' };
  return end.state === 'exited' ? { ...end, endedAt: new Date(end.endedAt) } : end;
}

async function lastTurn(dir: string): Promise<number> {
  const names = await readdir(dir).catch(() => []);
  return Math.max(0, ...names.map((name) => Number(/^starter-(\d+)$/.exec(name)?.[1] ?? 0)));
}

/** Whether a server has ever claimed the start of the container. */
export const wasTaken = async (dir: string): Promise<boolean> => (await lastTurn(dir)) > 0;

/**
 * The right to start the container, for one process at a time: no other may start it until that process has ended or returned the right.
 * Undefined while another process has it. Turns are numbered files that are never removed, so that only one of several processes that find the last owner dead takes the next.
 */
export async function takeTurn(dir: string): Promise<{ giveBack(): Promise<void> } | undefined> {
  const last = await lastTurn(dir);
  if (last > 0) {
    const owner = await readIdentity(join(dir, `starter-${last}`));
    if (owner && (await isAlive(owner))) return undefined;
  }
  const file = join(dir, `starter-${last + 1}`);
  const mine = join(dir, `turn.${randomHex(4)}`);
  await writeFile(mine, await ownIdentity(), { mode: 0o600, flush: true });
  try {
    await link(mine, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return undefined;
  } finally {
    await rm(mine, { force: true });
  }
  return { giveBack: () => put(file, 'given back\n') };
}
