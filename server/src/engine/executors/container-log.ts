/**
 * Brings what a container printed into the run's log file. Byte n of what the engine answers stands at byte n of the file: so whoever goes on after a
 * restart starts where the file ends, and two who copy at once write the same. Never holds more than a piece of the stream in memory.
 */
import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';

/** Before each piece: https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach, stream format */
const headerBytes = 8;

/** Answers the pieces of a chunk that are payload; keeps what of a frame is still to come. */
export function frameReader(): (chunk: Buffer) => Buffer[] {
  const header = Buffer.alloc(headerBytes);
  let headerRead = 0;
  let remaining = 0;
  return (chunk) => {
    const pieces: Buffer[] = [];
    let at = 0;
    while (at < chunk.length) {
      if (remaining > 0) {
        const piece = chunk.subarray(at, at + remaining);
        pieces.push(piece);
        remaining -= piece.length;
        at += piece.length;
        continue;
      }
      const copied = chunk.copy(header, headerRead, at, at + headerBytes - headerRead);
      headerRead += copied;
      at += copied;
      if (headerRead < headerBytes) break;
      headerRead = 0;
      remaining = header.readUInt32BE(4);
    }
    return pieces;
  };
}

export async function copyFrames(stream: AsyncIterable<Buffer>, file: string): Promise<void> {
  const there = await stat(file).then(
    ({ size }) => size,
    () => 0,
  );
  const handle = await open(file, constants.O_WRONLY | constants.O_CREAT, 0o600);
  try {
    const read = frameReader();
    let position = 0;
    for await (const chunk of stream) {
      for (const piece of read(chunk)) {
        const fresh = piece.subarray(Math.min(piece.length, Math.max(0, there - position)));
        const start = position + piece.length - fresh.length;
        if (fresh.length > 0) await handle.write(fresh, 0, fresh.length, start);
        position += piece.length;
      }
    }
  } finally {
    await handle.close();
  }
}
