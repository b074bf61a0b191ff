/** Reads a growing file line by line from where one stopped. Only whole lines count until the file has ended. */
import { open } from 'node:fs/promises';

export interface ReadLines {
  readonly lines: readonly string[];
  /** Where to go on, in bytes. */
  readonly nextOffset: number;
}

/** A longer line is cut into pieces of this many bytes: CloudWatch Logs takes events of at most 256 KiB. */
const maxLineBytes = 256 * 1024 - 26;
const newline = 0x0a;

/** At most `maxBytes` from `offset`. With `ended` the rest without a newline is a line, too. A file that is not there has no lines. */
export async function readLines(file: string, offset: number, maxBytes: number, ended = false): Promise<ReadLines> {
  const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!handle) return { lines: [], nextOffset: offset };
  try {
    const buffer = Buffer.allocUnsafe(maxBytes);
    const { bytesRead } = await handle.read(buffer, 0, maxBytes, offset);
    return cut(buffer.subarray(0, bytesRead), offset, ended && bytesRead < maxBytes);
  } finally {
    await handle.close();
  }
}

function cut(bytes: Buffer, offset: number, takeRest: boolean): ReadLines {
  const lines: string[] = [];
  let start = 0;
  const take = (end: number) => {
    for (; end - start > maxLineBytes; start += maxLineBytes)
      lines.push(bytes.toString('utf8', start, start + maxLineBytes));
    lines.push(bytes.toString('utf8', start, end).replace(/\r$/, ''));
  };
  for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, start)) {
    take(end);
    start = end + 1;
  }
  if (start < bytes.length && (takeRest || bytes.length - start > maxLineBytes)) {
    take(bytes.length);
    start = bytes.length;
  }
  return { lines, nextOffset: offset + start };
}
