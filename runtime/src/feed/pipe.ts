/**
 * Feeds one channel's pipes, epoch after epoch. The pipe of the next epoch is there before the first byte of this one: a program that has read its epoch
 * finds the next. Opening waits for a reader, writing for its reading; both wait in a thread of the pool, of which there must be one for each pipe.
 */
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { epochOrder } from './order.ts';
import { partBytes } from './parts.ts';
import type { PipePlan } from './plan.ts';
import { openRecords, type Records } from './records.ts';

const pipePath = (plan: PipePlan, epoch: number) => join(plan.folder, `${plan.channel}_${epoch}`);

async function makePipe(path: string): Promise<void> {
  await promisify(execFile)('/usr/bin/mkfifo', ['-m', '600', '--', path]).catch((error: Error) => {
    throw new Error(`${path} could not be made: ${error.message}`);
  });
}

/** Never anything but a pipe: the folder is the program's, which may have put a link or a file in its place. */
async function openPipe(path: string): Promise<FileHandle> {
  const pipe = await open(path, constants.O_WRONLY | constants.O_NOFOLLOW);
  if ((await pipe.stat()).isFIFO()) return pipe;
  await pipe.close();
  throw new Error(`${path} is no longer a pipe`);
}

async function writeWhole(pipe: FileHandle, chunk: Buffer): Promise<void> {
  for (let rest = chunk; rest.length > 0; ) {
    const { bytesWritten } = await pipe.write(rest);
    rest = rest.subarray(bytesWritten);
  }
}

async function feedEpoch(pipe: FileHandle, plan: PipePlan, records: Records, epoch: number): Promise<void> {
  for (const index of epochOrder(records.count, epoch, plan.seed, plan.share)) {
    for (const part of await records.get(index)) {
      for await (const chunk of partBytes(part, plan)) await writeWhole(pipe, chunk);
    }
  }
}

/** Pipes whose epoch could not be given whole. They stay open until the process ends: their readers must not take what they got for everything. */
const broken: FileHandle[] = [];

/** Ends only with an error, because the number of epochs that a program reads is unknown. The pipe of epoch 0 must exist. */
export async function feedPipe(plan: PipePlan): Promise<never> {
  const records = await openRecords(plan.records);
  for (let epoch = 0; ; epoch++) {
    const pipe = await openPipe(pipePath(plan, epoch));
    try {
      await makePipe(pipePath(plan, epoch + 1));
      await feedEpoch(pipe, plan, records, epoch);
    } catch (error) {
      // The reader has read enough of this epoch.
      if ((error as NodeJS.ErrnoException).code !== 'EPIPE') {
        broken.push(pipe);
        throw error;
      }
    }
    await pipe.close();
  }
}
