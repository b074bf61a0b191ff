/**
 * One request frame in, one response frame out. Knows no socket. Never throws for what a caller sent; never lets a model's fault reach the caller
 * as anything but a 500 without its particulars.
 */
import type { Model } from '../xgboost/model.ts';
import { type FrameWriter, frameKind } from './frames.ts';
import { type BodyReader, type BodyWriter, bodyReader, bodyWriter } from './media-types.ts';
import { Predictions } from './predictions.ts';
import { RequestError } from './request-error.ts';

/** Throws RangeError for a frame that no peer of ours sends; the connection is then of no more use. */
export type Answer = (id: number, kind: number, bytes: Buffer, start: number, end: number, writer: FrameWriter) => void;

interface Handling {
  readonly read: BodyReader;
  readonly writer: BodyWriter;
}

const errorType = 'text/plain; charset=utf-8';
const headBytes = 4;
/** Different pairs of headers remembered; callers use a handful. */
const maxRemembered = 64;

export function createAnswer(model: Model, logError: (line: string) => void): Answer {
  const predictions = new Predictions(model);
  const handlings = new Map<string, Handling>();
  const about = JSON.stringify({ name: model.name, features: model.features });

  function handlingFor(bytes: Buffer, start: number, typeBytes: number, acceptBytes: number): Handling {
    const acceptStart = start + typeBytes;
    const key = `${typeBytes} ${bytes.toString('latin1', start, acceptStart + acceptBytes)}`;
    const known = handlings.get(key);
    if (known) return known;
    const handling = {
      read: bodyReader(bytes.toString('utf8', start, acceptStart)),
      writer: bodyWriter(bytes.toString('utf8', acceptStart, acceptStart + acceptBytes)),
    };
    if (handlings.size >= maxRemembered) handlings.clear();
    handlings.set(key, handling);
    return handling;
  }

  return (id, kind, bytes, start, end, writer) => {
    if (kind === frameKind.ping) return writer.pong(id, about);
    if (kind !== frameKind.request || end - start < headBytes)
      throw new RangeError(`a frame of kind ${kind} and ${end - start} bytes`);
    const typeBytes = bytes[start] as number;
    const acceptBytes = bytes[start + 1] as number;
    const textStart = start + headBytes;
    const bodyStart = textStart + typeBytes + acceptBytes + bytes.readUInt16BE(start + 2);
    if (bodyStart > end) throw new RangeError('a request that ends within its head');
    // The container: nothing in, nothing out (serve.py, invocations()).
    if (bodyStart === end) return writer.response(id, 204, errorType, '');
    try {
      const { read, writer: encoder } = handlingFor(bytes, textStart, typeBytes, acceptBytes);
      predictions.begin();
      read(bytes, bodyStart, end, predictions);
      predictions.finish();
      writer.response(id, 200, encoder.contentType, encoder.encode(predictions));
    } catch (error) {
      const { status, message } =
        error instanceof RequestError
          ? error
          : { status: 500, message: 'Unable to evaluate payload provided: the model failed' };
      logError(
        `request ${id}: ${status} ${error instanceof RequestError ? message : String((error as Error)?.stack ?? error)}`,
      );
      writer.response(id, status, errorType, message);
    }
  };
}
