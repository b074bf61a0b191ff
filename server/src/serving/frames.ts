/**
 * The frames in which the server speaks to a built-in model's process over a Unix socket (docs/decisions/0009). Bytes only: no meaning, no I/O.
 *
 *   u32be length of what follows | u32be request id | u8 kind | …
 *   kind 1, request:  u8 length of content type | u8 length of accept | u16be length of custom attributes | the three texts | body
 *   kind 2, response: u16be status | u8 length of content type | content type | body
 *   kind 3 ping, kind 4 pong (body: JSON)
 */
export const frameKind = { request: 1, response: 2, ping: 3, pong: 4 } as const;

/** A longer frame ends the connection. */
const maxFrameBytes = 32 * 1024 * 1024;
const headBytes = 9;

export interface Frame {
  readonly id: number;
  readonly kind: number;
  /** What follows the kind. Valid until the next push. */
  readonly rest: Buffer;
}

export function requestFrame(
  id: number,
  contentType: string,
  accept: string,
  attributes: string,
  body: Uint8Array,
): Buffer {
  const typeBytes = Buffer.byteLength(contentType);
  const acceptBytes = Buffer.byteLength(accept);
  const attributeBytes = Buffer.byteLength(attributes);
  if (typeBytes > 255 || acceptBytes > 255) throw new RangeError('a content type is longer than 255 bytes');
  const textStart = headBytes + 4;
  const bodyStart = textStart + typeBytes + acceptBytes + attributeBytes;
  const frame = Buffer.allocUnsafe(bodyStart + body.length);
  frame.writeUInt32BE(frame.length - 4, 0);
  frame.writeUInt32BE(id, 4);
  frame[8] = frameKind.request;
  frame[9] = typeBytes;
  frame[10] = acceptBytes;
  frame.writeUInt16BE(attributeBytes, 11);
  frame.write(contentType, textStart);
  frame.write(accept, textStart + typeBytes);
  frame.write(attributes, textStart + typeBytes + acceptBytes);
  frame.set(body, bodyStart);
  return frame;
}

export function pingFrame(id: number): Buffer {
  const frame = Buffer.allocUnsafe(headBytes);
  frame.writeUInt32BE(headBytes - 4, 0);
  frame.writeUInt32BE(id, 4);
  frame[8] = frameKind.ping;
  return frame;
}

export function readResponse(rest: Buffer): { status: number; contentType: string; body: Buffer } {
  const typeBytes = rest[2] ?? 0;
  return {
    status: rest.readUInt16BE(0),
    contentType: rest.toString('latin1', 3, 3 + typeBytes),
    body: rest.subarray(3 + typeBytes),
  };
}

/** Gathers chunks into frames. Throws RangeError where the bytes cannot be frames. */
export function frameReader(onFrame: (frame: Frame) => void): (chunk: Buffer) => void {
  let kept: Buffer[] = [];
  let size = 0;
  /** With fewer bytes than these no frame is whole: pieces are put together once, not with each that comes. */
  let needed = 4;
  return (chunk) => {
    kept.push(chunk);
    size += chunk.length;
    if (size < needed) return;
    let bytes = kept.length === 1 ? chunk : Buffer.concat(kept, size);
    needed = 4;
    while (bytes.length >= 4) {
      const length = bytes.readUInt32BE(0);
      if (length < headBytes - 4 || length > maxFrameBytes) throw new RangeError(`a frame of ${length} bytes`);
      if (bytes.length < 4 + length) {
        needed = 4 + length;
        break;
      }
      onFrame({ id: bytes.readUInt32BE(4), kind: bytes[8] ?? 0, rest: bytes.subarray(headBytes, 4 + length) });
      bytes = bytes.subarray(4 + length);
    }
    kept = bytes.length === 0 ? [] : [bytes];
    size = bytes.length;
  };
}
