/** Reads a growing file line by line from an offset. Only complete lines count until the file has ended; a line without end is returned in pieces. */
import { open } from 'node:fs/promises';

export interface ReadLines {
  readonly lines: readonly string[];
  /** Where to continue, in bytes. */
  readonly nextOffset: number;
}

/** A longer line is cut into pieces of at most this many bytes: CloudWatch Logs takes events of 256 KiB, of which it counts 26 bytes for itself. */
const maxLineBytes = 256 * 1024 - 26;
const newline = 0x0a;

/** At most `maxBytes` from `offset`. With `ended` the rest without a newline is a line, too. A missing file has no lines. */
export async function readLines(file: string, offset: number, maxBytes: number, ended = false): Promise<ReadLines> {
  const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!handle) return { lines: [], nextOffset: offset };
  try {
    const buffer = Buffer.allocUnsafe(maxBytes);
    const { bytesRead } = await handle.read(buffer, 0, maxBytes, offset);
    const { lines, taken } = cut(buffer.subarray(0, bytesRead), ended && bytesRead < maxBytes, bytesRead === maxBytes);
    return { lines, nextOffset: offset + taken };
  } finally {
    await handle.close();
  }
}

/** `last`: nothing follows these bytes. `full`: more may follow that did not fit. */
function cut(bytes: Buffer, last: boolean, full: boolean): { lines: string[]; taken: number } {
  const lines: string[] = [];
  let start = 0;
  const takePiece = (end: number) => {
    const whole = wholeCharacters(bytes.subarray(start, end));
    lines.push(...fitting(whole.toString('utf8')));
    start += whole.length;
  };
  const takeLine = (end: number) => {
    while (end - start > maxLineBytes) takePiece(start + maxLineBytes);
    lines.push(...fitting(bytes.toString('utf8', start, end).replace(/\r$/, '')));
  };
  for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, start)) {
    takeLine(end);
    start = end + 1;
  }
  if (last && start < bytes.length) {
    takeLine(bytes.length);
    start = bytes.length;
  }
  while (bytes.length - start > maxLineBytes) takePiece(start + maxLineBytes);
  if (full && start === 0) takePiece(bytes.length);
  return { lines, taken: start };
}

/** Without a character that was cut in two at the end. */
function wholeCharacters(bytes: Buffer): Buffer {
  for (let back = 1; back <= Math.min(3, bytes.length - 1); back++) {
    const byte = bytes[bytes.length - back] as number;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? bytes.subarray(0, bytes.length - back) : bytes;
  }
  return bytes;
}

/** Bytes that are not UTF-8 become three bytes each: such a piece is cut again. */
function fitting(text: string): string[] {
  if (text.length * 3 <= maxLineBytes || Buffer.byteLength(text) <= maxLineBytes) return [text];
  const middle = text.length >> 1;
  return [...fitting(text.slice(0, middle)), ...fitting(text.slice(middle))];
}

/** The end of the file, as text; empty if the file does not exist. */
export async function lastBytes(file: string, maxBytes: number): Promise<string> {
  const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!handle) return '';
  try {
    const { size } = await handle.stat();
    const buffer = Buffer.alloc(Math.min(size, maxBytes));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, Math.max(0, size - maxBytes));
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
