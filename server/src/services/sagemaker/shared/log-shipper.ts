/** Ships the output of a process to CloudWatch Logs with the platform's own rights, from where the last shipment ended. */

import type { Aws } from '../../../contract/aws.ts';
import { AwsError } from '../../../contract/aws-error.ts';
import { readLines } from '../../../engine/file-tail.ts';

export interface LogStream {
  readonly group: string;
  readonly stream: string;
}

/** PutLogEvents takes 1 MiB, counting 26 bytes more an event, and 10,000 events: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
const readBytes = 700 * 1024;
const maxEvents = 10_000;

async function unlessThere(made: Promise<unknown>): Promise<void> {
  await made.catch((error) => {
    if (!(error instanceof AwsError) || error.code !== 'ResourceAlreadyExistsException') throw error;
  });
}

export async function ensureLogStream(aws: Aws, { group, stream }: LogStream): Promise<void> {
  await unlessThere(aws.call('cloudwatch-logs', 'CreateLogGroup', { logGroupName: group }));
  await unlessThere(aws.call('cloudwatch-logs', 'CreateLogStream', { logGroupName: group, logStreamName: stream }));
}

/**
 * Ships one piece of the file, from `offset` on. Returns the offset to continue from, which the caller keeps, and whether there is more. One piece at a
 * time, because a program can print faster than its log can be shipped. `ended`: no more will be printed.
 */
export async function shipLog(
  aws: Aws,
  to: LogStream,
  file: string,
  offset: number,
  now: Date,
  ended: boolean,
): Promise<{ readonly offset: number; readonly more: boolean; readonly lines: readonly string[] }> {
  const { lines, nextOffset } = await readLines(file, offset, readBytes, ended);
  for (let i = 0; i < lines.length; i += maxEvents) {
    const logEvents = lines
      .slice(i, i + maxEvents)
      // An event needs at least one character.
      .map((message) => ({ timestamp: now.getTime(), message: message === '' ? ' ' : message }));
    await aws.call('cloudwatch-logs', 'PutLogEvents', {
      logGroupName: to.group,
      logStreamName: to.stream,
      logEvents,
    });
  }
  return { offset: nextOffset, more: nextOffset - offset > readBytes / 2, lines };
}
