/** A text file in pieces of whole lines: its size is no limit (one read takes 2 GiB at most), and its text is not kept in memory beside what was read from it. */
import { open } from 'node:fs/promises';

const newline = 0x0a;
const mib = 1024 * 1024;

/** Passes every byte once, in order; only the last piece may end without a newline. The piece is invalid when `take` returns. */
export async function eachPiece(file: string, take: (piece: Uint8Array) => void, pieceBytes = 64 * mib): Promise<void> {
  const handle = await open(file);
  try {
    // One byte more shows the end of a file that fits, with no second piece. A named pipe has no size.
    const size = (await handle.stat()).size + 1;
    let buffer = Buffer.allocUnsafe(size > 1 ? Math.min(size, pieceBytes) : pieceBytes);
    let held = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, held, buffer.length - held);
      if (bytesRead === 0) break;
      held += bytesRead;
      if (held < buffer.length) continue;
      const end = buffer.lastIndexOf(newline) + 1;
      if (end > 0) take(buffer.subarray(0, end));
      else buffer = Buffer.concat([buffer], buffer.length * 2);
      buffer.copyWithin(0, end, held);
      held -= end;
    }
    if (held > 0) take(buffer.subarray(0, held));
  } finally {
    await handle.close();
  }
}

/** Where a text begins: behind the mark that some programs put before UTF-8. */
export const textStart = (bytes: Uint8Array) => (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0);
