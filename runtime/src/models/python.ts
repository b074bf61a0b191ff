/** Models that only Python opens, through the protocol of clary_predict.py. One request at a time. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ClientError } from '../contract/client-error.ts';
import type { Found } from './formats.ts';
import { findPython } from './model-python.ts';
import type { Importance, ModelTools, OpenModel, Prediction } from './open-model.ts';
import { plainEnvironment, spawnPython } from './sandboxed-python.ts';

const script = fileURLToPath(new URL('../../python/clary_predict.py', import.meta.url));

interface Head {
  readonly error?: string;
}

interface Described extends Head {
  readonly features: number | null;
  readonly classes: string[] | null;
  readonly names: string[] | null;
  readonly importance: Importance | null;
  readonly takesMissing: boolean;
}

interface Answered extends Head {
  readonly kind: Prediction['kind'];
  readonly width: number;
}

export async function openInPython(folder: string, found: Found, tools: ModelTools): Promise<OpenModel> {
  const { format, file } = found;
  const python = await findPython(folder, found, tools, plainEnvironment(tools.env));
  const child = await spawnPython(python, script, folder, [format, folder, file], tools);
  const reader = frameReader(child);
  const what = `${file} (${format})`;
  const said = await headOf<Described>(child, reader, `${what} cannot be opened`);
  return {
    format,
    features: said.features ?? undefined,
    classes: said.classes ?? undefined,
    names: said.names ?? undefined,
    importance: said.importance ?? undefined,
    takesMissing: said.takesMissing,
    async predict(rows, count, columns) {
      child.stdin?.write(`${JSON.stringify({ rows: count, columns })}\n`);
      child.stdin?.write(Buffer.from(rows.buffer, rows.byteOffset, count * columns * 8));
      const { kind, width } = await headOf<Answered>(child, reader, `${what} cannot predict`);
      const bytes = await reader.take(count * width * 8);
      if (!bytes) throw await goneError(child, `${what} cannot predict`);
      const values = new Float64Array(count * width);
      Buffer.from(values.buffer).set(bytes);
      return { kind, width, values };
    },
    async [Symbol.asyncDispose]() {
      const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function headOf<T extends Head>(child: ChildProcess, reader: FrameReader, what: string): Promise<T> {
  const line = await reader.line();
  if (line === undefined) throw await goneError(child, what);
  const head = JSON.parse(line) as T;
  if (head.error === undefined) return head;
  child.kill('SIGKILL');
  throw new ClientError(`${what}: ${head.error}`);
}

async function goneError(child: ChildProcess, what: string): Promise<ClientError> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return new ClientError(
    `${what}: Python ended with ${child.signalCode ?? `status ${child.exitCode}`}; what it said is in the log`,
  );
}

interface FrameReader {
  /** Undefined where the stream ends first. */
  line(): Promise<string | undefined>;
  take(bytes: number): Promise<Buffer | undefined>;
}

const longestLine = 64 * 2 ** 20;

function frameReader(child: ChildProcess): FrameReader {
  // Whatever ends the process ends its output, and so its end is read there.
  child.on('error', () => child.stdout?.destroy());
  child.stdin?.on('error', () => {});
  const chunks = child.stdout?.[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let rest: Buffer = Buffer.alloc(0);
  const more = async (): Promise<boolean> => {
    const next = await chunks.next().catch(() => ({ done: true, value: undefined }));
    if (next.done || !next.value) return false;
    rest = rest.length === 0 ? next.value : Buffer.concat([rest, next.value]);
    return true;
  };
  const cut = (length: number) => {
    const part = rest.subarray(0, length);
    rest = rest.subarray(length);
    return part;
  };
  return {
    async line() {
      while (rest.indexOf(0x0a) === -1) if (rest.length > longestLine || !(await more())) return undefined;
      return cut(rest.indexOf(0x0a) + 1).toString('utf8');
    },
    async take(bytes) {
      while (rest.length < bytes) if (!(await more())) return undefined;
      return cut(bytes);
    },
  };
}
