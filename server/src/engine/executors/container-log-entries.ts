/** The formats in which engines keep a container's output, parsed piece by piece wherever a stream is cut. Pure. */

type Reader = (chunk: Buffer) => Buffer[];

/** Before each piece: https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach, stream format */
const headerBytes = 8;

/** Returns the output in a chunk of the engine's answer; remembers how much of the current frame is still to come. */
export function frameReader(): Reader {
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

const newline = 0x0a;

/** The same for the engine's own file. Each of its lines holds a line of output or a part of one: engines cut at 8 or 16 KiB. */
export function entryReader(): Reader {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const pieces: Buffer[] = [];
    let start = 0;
    for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, start)) {
      pieces.push(printedIn(bytes.subarray(start, end + 1)));
      start = end + 1;
    }
    rest = Buffer.from(bytes.subarray(start));
    return pieces;
  };
}

/**
 * Docker's json-file, `{"log":"text\n","stream":"stdout","time":"…"}`, or what podman calls k8s-file, `2026-11-21T14:11:08.2+00:00 stdout F text`, with
 * P instead of F if the line continues: https://github.com/containers/conmon/blob/main/src/ctr_logging.c
 */
function printedIn(entry: Buffer): Buffer {
  if (entry[0] === 0x7b) return Buffer.from((JSON.parse(entry.toString('utf8')) as { log: string }).log);
  const stream = entry.indexOf(0x20) + 1;
  const tag = entry.indexOf(0x20, stream) + 1;
  const isWhole = entry[tag] === 0x46;
  return entry.subarray(tag + 2, isWhole ? entry.length : entry.length - 1);
}
