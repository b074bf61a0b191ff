/** An object's bytes, or a range of them, as a stream that asks again for the rest where the connection breaks. */
import { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { backoffMs } from '../../kit/backoff.ts';
import { Unavailable } from '../../kit/unavailable.ts';
import type { ByteRange } from '../blobs.ts';
import type { Transform } from '../file-stream.ts';
import type { Remote } from './remote.ts';

/** How often in turn a connection may break without bringing a byte. */
const attempts = 4;
const firstPauseMs = 100;
const longestPauseMs = 2000;

interface Opened {
  readonly body: Readable;
  readonly length: number;
}

async function get(remote: Remote, key: string, range: ByteRange | undefined): Promise<Opened> {
  const Range = range && `bytes=${range.start}-${range.end}`;
  const { Body, ContentLength = 0 } = await remote.run((client) =>
    client.send(new GetObjectCommand({ Bucket: remote.bucket, Key: key, Range })),
  );
  const body = Body as Readable;
  // Who reads it sees the error; before that nobody listens.
  body.on('error', () => {});
  return { body, length: ContentLength };
}

/** Rejects with the SDK's NoSuchKey or InvalidRange before the first byte. */
export async function download(
  remote: Remote,
  key: string,
  range: ByteRange | undefined,
  transform: Transform | undefined,
): Promise<Readable> {
  let opened = await get(remote, key, range);
  const start = range?.start ?? 0;
  const end = start + opened.length;

  async function* bytes() {
    let position = start;
    for (let failures = 0; position < end; ) {
      try {
        for (const body = opened.body[Symbol.asyncIterator](); position < end; ) {
          const { done, value } = await body.next();
          if (done) throw new Error('the connection ended before the object did');
          position += value.length;
          failures = 0;
          yield transform ? transform(value) : value;
        }
      } catch (error) {
        if (stream.destroyed) throw error;
        failures += 1;
        if (failures > attempts)
          throw new Unavailable(`${remote.url} breaks off in the middle of a blob`, { cause: error });
        opened.body.destroy();
        await setTimeout(backoffMs(failures, firstPauseMs, longestPauseMs, Math.random()));
        opened = await get(remote, key, { start: position, end: end - 1 });
      }
    }
  }

  const stream: Readable = Readable.from(bytes(), { objectMode: false });
  return stream.once('close', () => opened.body.destroy());
}
