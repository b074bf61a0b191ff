/** The bytes of a record's parts, as the pipe gets them: unpacked where the channel is compressed, wrapped where its records are. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { ClientError } from '../contract/client-error.ts';
import type { Part, PipePlan } from './plan.ts';
import { recordIo } from './record-io.ts';

const chunkBytes = 256 * 1024;

async function* unzipped(path: string, channel: string): AsyncGenerator<Buffer> {
  const source = createReadStream(path, { highWaterMark: chunkBytes });
  const gunzip = source.pipe(createGunzip({ chunkSize: chunkBytes }));
  source.on('error', (error) => gunzip.destroy(error));
  try {
    yield* gunzip as AsyncIterable<Buffer>;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!code?.startsWith('Z_')) throw error;
    throw new ClientError(
      `Data of channel ${channel} could not be decompressed: CompressionType is Gzip, and an object is not a whole gzip file (${message})`,
    );
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

function bytesOf(path: string, plan: PipePlan): AsyncIterable<Buffer> {
  return plan.compression === 'Gzip'
    ? unzipped(path, plan.channel)
    : (createReadStream(path, { highWaterMark: chunkBytes }) as AsyncIterable<Buffer>);
}

/** How long the unpacked bytes are: a gzip file does not say it truly, so it is read once for it. */
async function lengthOf(path: string, plan: PipePlan): Promise<number> {
  if (plan.compression === 'None') return (await stat(path)).size;
  let length = 0;
  for await (const chunk of bytesOf(path, plan)) length += chunk.length;
  return length;
}

export async function* partBytes(part: Part, plan: PipePlan): AsyncGenerator<Buffer> {
  if ('text' in part) {
    const bytes = Buffer.from(part.text);
    if (plan.wrapper === 'RecordIO') yield* recordIo([bytes], bytes.length);
    else yield bytes;
    return;
  }
  const path = join(plan.staged, basename(part.file));
  if (plan.wrapper === 'RecordIO') yield* recordIo(bytesOf(path, plan), await lengthOf(path, plan));
  else yield* bytesOf(path, plan);
}
