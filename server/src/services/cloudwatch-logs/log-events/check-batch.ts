/**
 * What a batch of events must be, and which of its events are refused alone. Pure. The sentences are as observed from CloudWatch Logs.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
 */
export interface BatchEvent {
  readonly timestamp: number;
  readonly message: string;
}

const day = 24 * 60 * 60 * 1000;
const maxBytes = 1_048_576;
const eventOverheadBytes = 26;
const oldestMs = 14 * day;
const newestMs = 2 * 60 * 60 * 1000;

/** AWS's sentence where the whole batch is refused. */
export function findBatchFault(events: readonly BatchEvent[]): string | undefined {
  for (let at = 1; at < events.length; at++) {
    if ((events[at]?.timestamp ?? 0) < (events[at - 1]?.timestamp ?? 0)) {
      return 'Log events in a single PutLogEvents request must be in chronological order.';
    }
  }
  const span = (events.at(-1)?.timestamp ?? 0) - (events[0]?.timestamp ?? 0);
  if (span > day) return 'The batch of log events in a single PutLogEvents request cannot span more than 24 hours.';
  const bytes = events.reduce((sum, { message }) => sum + Buffer.byteLength(message) + eventOverheadBytes, 0);
  if (bytes > maxBytes) return `Upload too large: ${bytes} bytes exceeds limit of ${maxBytes}`;
  return undefined;
}

export interface Rejections {
  readonly tooNewLogEventStartIndex?: number;
  readonly tooOldLogEventEndIndex?: number;
  readonly expiredLogEventEndIndex?: number;
}

export interface SortedBatch {
  readonly accepted: readonly BatchEvent[];
  readonly rejected: Rejections | undefined;
}

/** Expects events in order. `expiry`: what is older has outlived the group's retention. */
export function sortBatch(events: readonly BatchEvent[], now: number, expiry: number | undefined): SortedBatch {
  const endBefore = (moment: number) => events.filter(({ timestamp }) => timestamp < moment).length;
  const oldEnd = endBefore(now - oldestMs);
  const expiredEnd = expiry === undefined ? 0 : endBefore(expiry);
  const newStart = endBefore(now + newestMs + 1);
  const rejected = {
    ...(newStart < events.length ? { tooNewLogEventStartIndex: newStart } : {}),
    ...(oldEnd > 0 ? { tooOldLogEventEndIndex: oldEnd } : {}),
    ...(expiredEnd > 0 ? { expiredLogEventEndIndex: expiredEnd } : {}),
  };
  return {
    accepted: events.slice(Math.max(oldEnd, expiredEnd), newStart),
    rejected: Object.keys(rejected).length > 0 ? rejected : undefined,
  };
}
