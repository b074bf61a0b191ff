/**
 * What an execution environment prints goes to its log stream, with the platform's lines between, in the order in which it happened. It is written with
 * the function's role, as on AWS: a role that may not write logs has none. What a function prints lies in a file and is read a piece at a time, so that
 * no function can fill the server's memory or wait for its log.
 */
import { open } from 'node:fs/promises';
import type { Aws } from '../../../contract/aws.ts';
import { AwsError } from '../../../contract/aws-error.ts';
import type { Log } from '../../../kit/log.ts';

interface LogEvent {
  readonly timestamp: number;
  readonly message: string;
}

type Item = LogEvent | { readonly timestamp: number; readonly from: number; readonly to: number };

export interface FunctionLogOptions {
  /** What the environment prints. */
  readonly file: string;
  readonly group: string;
  readonly stream: string;
  /** As the function's role. */
  aws(): Promise<Aws>;
  readonly log: Log;
}

export interface FunctionLog {
  line(at: Date, text: string): void;
  /** The bytes of the file between two offsets. */
  printed(at: Date, from: number, to: number): void;
  /** When everything so far is written, or cannot be. */
  settled(): Promise<void>;
}

/** PutLogEvents takes 1 MiB and 10,000 events, an event 256 KiB, of which 26 bytes count for itself. */
const pieceBytes = 512 * 1024;
const batchBytes = 700 * 1024;
const batchEvents = 10_000;
const lineBytes = 255 * 1024;

export function openFunctionLog({ file, group, stream, aws, log }: FunctionLogOptions): FunctionLog {
  const waiting: Item[] = [];
  let writing: Promise<void> | undefined;
  let exists = false;

  async function put(logEvents: LogEvent[]): Promise<void> {
    if (logEvents.length === 0) return;
    try {
      const client = await aws();
      if (!exists) await createStream(client, group, stream);
      exists = true;
      await client.call('cloudwatch-logs', 'PutLogEvents', { logGroupName: group, logStreamName: stream, logEvents });
    } catch (error) {
      // The group or the stream may have been deleted: the next write makes it again.
      exists = false;
      const refused = error instanceof AwsError && error.status === 403;
      if (!refused) log.info('functions: log events lost', { group, stream, events: logEvents.length, error });
    }
  }

  async function writeAll(): Promise<void> {
    let batch: LogEvent[] = [];
    let bytes = 0;
    const add = async (event: LogEvent) => {
      const size = Buffer.byteLength(event.message) + 26;
      if (batch.length > 0 && (bytes + size > batchBytes || batch.length >= batchEvents)) {
        await put(batch);
        batch = [];
        bytes = 0;
      }
      batch.push(event);
      bytes += size;
    };
    for (let item = waiting.shift(); item; item = waiting.shift()) {
      if ('message' in item) await add(item);
      else
        for await (const message of printedLines(file, item.from, item.to))
          await add({ timestamp: item.timestamp, message });
    }
    await put(batch);
  }

  function begin(): void {
    writing ??= writeAll()
      .catch((error) => log.error('functions: a log could not be read', { group, stream, error }))
      .finally(() => {
        writing = undefined;
        if (waiting.length > 0) begin();
      });
  }

  return {
    line(at, text) {
      waiting.push({ timestamp: at.getTime(), message: `${text}\n` });
      begin();
    },
    printed(at, from, to) {
      if (to <= from) return;
      waiting.push({ timestamp: at.getTime(), from, to });
      begin();
    },
    async settled() {
      while (writing) await writing;
    },
  };
}

async function createStream(aws: Aws, group: string, stream: string): Promise<void> {
  const create = () =>
    unlessThere(aws.call('cloudwatch-logs', 'CreateLogStream', { logGroupName: group, logStreamName: stream }));
  try {
    await create();
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== 'ResourceNotFoundException') throw error;
    await unlessThere(aws.call('cloudwatch-logs', 'CreateLogGroup', { logGroupName: group }));
    await create();
  }
}

async function unlessThere(made: Promise<unknown>): Promise<void> {
  await made.catch((error) => {
    if (!(error instanceof AwsError) || error.code !== 'ResourceAlreadyExistsException') throw error;
  });
}

/** The end of the range is the end of a line. A line that is too long becomes several. */
export async function* printedLines(file: string, from: number, to: number): AsyncGenerator<string> {
  const handle = await open(file, 'r');
  try {
    let rest: Buffer = Buffer.alloc(0);
    const buffer = Buffer.allocUnsafe(Math.min(pieceBytes, to - from));
    for (let at = from; at < to; ) {
      const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, to - at), at);
      if (bytesRead === 0) break;
      at += bytesRead;
      let text: Buffer = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
      for (let end = text.indexOf(0x0a); end !== -1; end = text.indexOf(0x0a)) {
        yield* cut(text.subarray(0, end + 1));
        text = text.subarray(end + 1);
      }
      if (text.length > lineBytes) {
        yield* cut(text);
        text = Buffer.alloc(0);
      }
      rest = text;
    }
    if (rest.length > 0) yield* cut(rest);
  } finally {
    await handle.close();
  }
}

/** awslambdaric separates the lines of one event with carriage returns. */
function* cut(line: Buffer): Generator<string> {
  for (let at = 0; at < line.length; at += lineBytes) {
    const text = line.toString('utf8', at, at + lineBytes).replace(/\r(?!\n)/g, '\n');
    if (text !== '') yield text;
  }
}

/** The last bytes of the range, for LogType Tail. */
export async function lastPrinted(file: string, from: number, to: number, most: number): Promise<string> {
  const start = Math.max(from, to - most);
  if (start >= to) return '';
  const handle = await open(file, 'r');
  try {
    const buffer = Buffer.alloc(to - start);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, start);
    return buffer.toString('utf8', 0, bytesRead).replace(/\r(?!\n)/g, '\n');
  } finally {
    await handle.close();
  }
}
