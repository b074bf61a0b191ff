/** The records of a channel, read one by one, from a file that stays open as long as the feeder lives. Only where each line begins is kept in memory: eight bytes a record. */
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Part } from './plan.ts';

const newline = 0x0a;

export interface Records {
  readonly count: number;
  get(index: number): Promise<readonly Part[]>;
}

async function lineStarts(path: string): Promise<Float64Array> {
  let starts = new Float64Array(1024);
  let count = 1;
  let offset = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, at + 1)) {
      if (count === starts.length) {
        const wider = new Float64Array(count * 2);
        wider.set(starts);
        starts = wider;
      }
      starts[count] = offset + at + 1;
      count += 1;
    }
    offset += chunk.length;
  }
  return starts.subarray(0, count);
}

export async function openRecords(path: string): Promise<Records> {
  const starts = await lineStarts(path);
  const file: FileHandle = await open(path);
  return {
    count: starts.length - 1,
    async get(index) {
      const start = starts[index] as number;
      const line = Buffer.alloc((starts[index + 1] as number) - start);
      await file.read(line, 0, line.length, start);
      return JSON.parse(line.toString('utf8')) as Part[];
    },
  };
}
