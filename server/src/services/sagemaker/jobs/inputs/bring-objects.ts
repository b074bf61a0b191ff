/** Brings objects into a folder in the job's role's name, a few at a time. Ends soon where its signal does. */
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Aws } from '../../../../contract/aws.ts';
import { openObject } from '../../artifacts.ts';
import { explainedInput, type InputSource } from './input-failure.ts';
import type { InputObject } from './input-objects.ts';

const atOnce = 4;

/** The folder is made; its files must not be there yet. */
export async function bringObjects(
  aws: Aws,
  objects: readonly InputObject[],
  folder: string,
  source: InputSource,
  signal: AbortSignal,
): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const waiting = objects.values();
  const bringOneByOne = async () => {
    for (const object of waiting) {
      either.throwIfAborted();
      try {
        await bring(aws, object, join(folder, ...object.names), either);
      } catch (error) {
        failed.abort();
        throw explainedInput(error, source, object.bucket);
      }
    }
  };
  const done = await Promise.allSettled(Array.from({ length: atOnce }, bringOneByOne));
  signal.throwIfAborted();
  // The first to fail ended the others.
  const reasons = done.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  const reason = reasons.find((error) => (error as Error).name !== 'AbortError') ?? reasons[0];
  if (reason) throw reason;
}

async function bring(aws: Aws, object: InputObject, path: string, signal: AbortSignal): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await pipeline(await openObject(aws, object), createWriteStream(path, { flags: 'wx' }), { signal });
}
