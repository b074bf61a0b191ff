/**
 * Copies a container's output into the run's log file. Byte n of the output is byte n of the file, so that a copy that continues after a restart
 * skips what the file has, and two servers that copy at the same time write the same. Holds no more than a piece in memory.
 *
 * Reads the engine's own file if possible: podman 4.3 omits lines when it follows a log that grows fast, and takes half a minute for
 * 100 MB when it does not follow (both observed). Otherwise it calls the engine.
 */
import { constants } from 'node:fs';
import { access, type FileHandle, open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { entryReader, frameReader } from './container-log-entries.ts';

const pieceBytes = 256 * 1024;

export interface LogSource {
  /** The engine's own file. */
  readonly file: string | undefined;
  /** The output as frames, until the container ends. */
  follow(signal: AbortSignal): Promise<Readable>;
}

export interface LogCopier {
  /** Copies the present output (from a file), or all output until the container ends (from an engine). One call at a time. */
  copy(source: LogSource, signal: AbortSignal): Promise<void>;
}

async function openLog(path: string): Promise<{ handle: FileHandle; size: number }> {
  const handle = await open(path, constants.O_WRONLY | constants.O_CREAT, 0o600);
  return { handle, size: (await handle.stat()).size };
}

/** Writes pieces one after the other from `position` on, without the bytes that the file has already. Returns the next position. */
async function put(pieces: readonly Buffer[], position: number, { handle, size }: Awaited<ReturnType<typeof openLog>>) {
  const bytes = Buffer.concat(pieces);
  const known = Math.min(bytes.length, Math.max(0, size - position));
  if (known < bytes.length) await handle.write(bytes, known, bytes.length - known, position + known);
  return position + bytes.length;
}

export async function copyFrames(stream: AsyncIterable<Buffer>, path: string): Promise<void> {
  const log = await openLog(path);
  try {
    const read = frameReader();
    let position = 0;
    for await (const chunk of stream) position = await put(read(chunk), position, log);
  } finally {
    await log.handle.close();
  }
}

/** `path`: the run's log. */
export function logCopier(path: string): LogCopier {
  let read = entryReader();
  /** Positions in the engine's file and in the log. */
  let taken = 0;
  let position = 0;
  let turn: Promise<void> = Promise.resolve();

  async function copyEntries(file: string, signal: AbortSignal): Promise<void> {
    const log = await openLog(path);
    const entries = await open(file, 'r').catch(async (error) => {
      await log.handle.close();
      throw error;
    });
    try {
      const buffer = Buffer.allocUnsafe(pieceBytes);
      while (!signal.aborted) {
        const { bytesRead } = await entries.read(buffer, 0, pieceBytes, taken);
        if (bytesRead === 0) return;
        position = await put(read(buffer.subarray(0, bytesRead)), position, log);
        taken += bytesRead;
      }
    } catch (error) {
      // The position within an entry is unknown: starts from the beginning.
      read = entryReader();
      taken = 0;
      position = 0;
      throw error;
    } finally {
      await Promise.all([log.handle.close(), entries.close()]);
    }
  }

  async function copy({ file, follow }: LogSource, signal: AbortSignal): Promise<void> {
    const canRead =
      file !== undefined &&
      (await access(file, constants.R_OK).then(
        () => true,
        () => false,
      ));
    if (canRead) await copyEntries(file, signal);
    else await copyFrames(await follow(signal), path);
  }

  return {
    copy(source, signal) {
      turn = turn.catch(() => {}).then(() => copy(source, signal));
      return turn;
    },
  };
}
