/**
 * GetLogEvents' tokens: `f/…/s` continues after a position, `b/…/s` before it. The same token is returned if there is nothing beyond,
 * so that a client that follows a stream keeps its position.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
 */
import type { Position } from './log-event-store.ts';

export interface PositionToken {
  readonly direction: 'forward' | 'backward';
  readonly position: Position;
}

const timestampDigits = 20;
const idDigits = 36;

export function writePositionToken({ direction, position }: PositionToken): string {
  const digits =
    String(position.timestamp).padStart(timestampDigits, '0') + String(position.id).padStart(idDigits, '0');
  return `${direction === 'forward' ? 'f' : 'b'}/${digits}/s`;
}

/** Undefined where the text is no token. */
export function readPositionToken(text: string): PositionToken | undefined {
  const match = /^([fb])\/(\d{20})(\d{36})\/s$/.exec(text);
  if (!match) return undefined;
  const position = { timestamp: Number(match[2]), id: Number(match[3]) };
  if (!Number.isSafeInteger(position.timestamp) || !Number.isSafeInteger(position.id)) return undefined;
  return { direction: match[1] === 'f' ? 'forward' : 'backward', position };
}
