/**
 * One execution environment: a sandboxed process that answers one invocation after the other. Its folder (`runs/functions/<id>`) says what it is; it ends
 * with the server, at the latest when the next one starts.
 */
import { statSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownIdentity } from '../../../engine/executors/process-identity.ts';
import { folderSize } from '../../../engine/folder-size.ts';
import { randomHex, uuid } from '../../../kit/ids.ts';
import type { CodeFolders } from '../code/code-folders.ts';
import { type LambdaResources, servicePrincipal } from '../deps.ts';
import { functionArn } from '../functions/function-name.ts';
import type { StoredFunction, StoredVersion } from '../functions/function-store.ts';
import { errorTypeIn, exitText } from './failure.ts';
import { type FunctionLog, lastPrinted, openFunctionLog } from './function-log.ts';
import { launchSpec } from './launch.ts';
import { memoryMeter } from './memory-meter.ts';
import { type Ending, jsonLines, type PlatformLines, textLines } from './platform-lines.ts';
import type { PythonEnvironment } from './python-environment.ts';
import { type Answer, type Invocation, type RuntimeApi, serveRuntimeApi } from './runtime-api.ts';
import { findRuntime, runtimeArn } from './runtimes.ts';

export interface InvocationResult {
  readonly payload: Buffer;
  readonly functionError: 'Unhandled' | undefined;
  readonly durationMs: number;
  /** The end of the log, where it was asked for. */
  readonly tail?: string | undefined;
}

export interface ExecutionEnvironment {
  readonly id: string;
  /** Begun at, in performance.now's time. */
  readonly bornAt: number;
  /** Whether it can be used again. */
  readonly usable: () => boolean;
  /** One at a time. */
  invoke(invocation: Omit<Invocation, 'deadlineMs'>, tail: boolean): Promise<InvocationResult>;
  /** Ends the process and removes its folder. */
  end(): Promise<void>;
  onEnd(listener: () => void): void;
}

export interface EnvironmentParts extends LambdaResources {
  readonly code: CodeFolders;
  python(): Promise<PythonEnvironment>;
  layers(version: StoredVersion): Promise<string | undefined>;
  /** The ids of the environments that continue. */
  readonly live: Set<string>;
  /** The environment's credentials end. */
  ended(id: string): void;
}

/** What became of the process or of an invocation. */
type Event =
  | { readonly kind: 'ready' }
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'init-failed'; readonly body: Buffer }
  | { readonly kind: 'exit'; readonly exitCode: number; readonly outOfMemory: boolean }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'full' };

export const folderOfFunctions = (runsDir: string) => join(runsDir, 'functions');
export const functionRun = (id: string) => `function ${id}`;
/** AWS gives the initialization ten seconds before the function's own time begins. */
const initLimitMs = 10_000;
const tailBytes = 4096;
/** An environment that has printed this much is not used again, so that its file is removed. */
const printedLimit = 64 * 1024 * 1024;
const lookEveryMs = 500;

export async function startEnvironment(
  parts: EnvironmentParts,
  fn: StoredFunction,
  version: StoredVersion,
): Promise<ExecutionEnvironment> {
  const id = randomHex(8);
  const dir = join(folderOfFunctions(parts.runtime.runsDir), id);
  const socketDir = join(tmpdir(), `clary-${id}`);
  const { configuration } = version;
  const python = await parts.python();
  const [codeFolder, layersFolder] = await Promise.all([parts.code.folderOf(version.code_id), parts.layers(version)]);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await mkdir(socketDir, { recursive: true, mode: 0o700 });
  const about = { arn: functionArn(fn.row, version.version), socketDir };
  await writeFile(join(dir, 'function.json'), JSON.stringify(about));
  await writeFile(join(dir, 'server'), await ownIdentity());
  const day = parts.clock.now().toISOString().slice(0, 10).replaceAll('-', '/');
  const logStream = `${day}/[${version.version}]${randomHex(16)}`;
  const log = openFunctionLog({
    file: parts.executor.logFile(dir),
    group: configuration.LoggingConfig?.LogGroup ?? '',
    stream: logStream,
    aws: () =>
      parts.aws.asRole({
        roleArn: configuration.Role ?? '',
        servicePrincipal,
        sessionName: fn.row.name,
        sourceArn: functionArn(fn.row),
      }),
    log: parts.log,
  });
  const launch = { fn, version, dir, socketDir, run: functionRun(id), codeFolder, layersFolder, python, logStream };
  const environment = new Environment(parts, launch, id, log);
  parts.live.add(id);
  try {
    await environment.start();
    return environment;
  } catch (error) {
    await environment.end();
    throw error;
  }
}

type Launched = Parameters<typeof launchSpec>[1];

class Environment implements ExecutionEnvironment {
  readonly id: string;
  readonly bornAt = performance.now();
  readonly #parts: EnvironmentParts;
  readonly #launch: Launched;
  readonly #log: FunctionLog;
  readonly #lines: PlatformLines;
  readonly #memoryUsed: () => number;
  readonly #onEnd: (() => void)[] = [];
  /** Of the file of what was printed: what lies before is in the log. */
  #shipped = 0;
  #api: RuntimeApi | undefined;
  #listen: ((event: Event) => void) | undefined;
  /** What came while nobody listened. */
  #missed: Event | undefined;
  #state: 'starting' | 'ready' | 'ended' = 'starting';
  #initMs: number | undefined;
  #ending: Promise<void> | undefined;

  constructor(parts: EnvironmentParts, launch: Launched, id: string, log: FunctionLog) {
    this.id = id;
    this.#parts = parts;
    this.#launch = launch;
    this.#log = log;
    this.#memoryUsed = memoryMeter(launch.dir);
    const isJson = launch.version.configuration.LoggingConfig?.LogFormat === 'JSON';
    this.#lines = isJson ? jsonLines(launch.fn.row.name, () => parts.clock.now()) : textLines();
  }

  async start(): Promise<void> {
    const { executor } = this.#parts;
    const { dir, socketDir, version, fn } = this.#launch;
    this.#api = await serveRuntimeApi(join(socketDir, 'api.sock'), {
      ready: () => this.#ready(),
      answered: (answer) => this.#tell({ kind: 'answer', answer }),
      initFailed: (body) => this.#tell({ kind: 'init-failed', body }),
    });
    const spec = await launchSpec(this.#parts, this.#launch);
    const runtime = version.configuration.Runtime ?? '';
    const { label = runtime } = findRuntime(runtime) ?? {};
    this.#line(this.#lines.initStart(label, runtimeArn(fn.row.region, runtime), version.version, this.#note()));
    await executor.start(spec);
    executor.onExit(dir, () => void this.#exited());
  }

  /** Says which program stands for the runtime that was named. */
  #note(): string {
    const { version, python } = this.#launch;
    const { Runtime: name = '' } = version.configuration;
    return python.version.startsWith(`${name.slice('python'.length)}.`) ? '' : `Runs on: Python ${python.version}`;
  }

  #ready(): void {
    if (this.#state === 'starting') {
      this.#state = 'ready';
      this.#initMs = performance.now() - this.bornAt;
    }
    this.#tell({ kind: 'ready' });
  }

  async #exited(): Promise<void> {
    const status = await this.#parts.executor.status(this.#launch.dir);
    const exited = status.state === 'exited' ? status : undefined;
    this.#state = 'ended';
    this.#tell({ kind: 'exit', exitCode: exited?.exitCode ?? 137, outOfMemory: exited?.outOfMemory ?? false });
    if (!this.#listen) await this.end();
  }

  #tell(event: Event): void {
    const listen = this.#listen;
    this.#listen = undefined;
    if (listen) listen(event);
    else this.#missed = event;
  }

  #next(): Promise<Event> {
    const missed = this.#missed;
    this.#missed = undefined;
    if (missed) return Promise.resolve(missed);
    return new Promise((resolve) => {
      this.#listen = resolve;
    });
  }

  #line(text: string): void {
    this.#log.line(this.#parts.clock.now(), text);
  }

  #printedBytes(): number {
    return statSync(this.#parts.executor.logFile(this.#launch.dir), { throwIfNoEntry: false })?.size ?? 0;
  }

  /** What was printed since the last time. */
  #ship(): { readonly from: number; readonly to: number } {
    const [from, to] = [this.#shipped, this.#printedBytes()];
    this.#log.printed(this.#parts.clock.now(), from, to);
    this.#shipped = to;
    return { from, to };
  }

  usable = () => this.#state !== 'ended' && !this.#ending && this.#shipped < printedLimit;

  async invoke(given: Omit<Invocation, 'deadlineMs'>, tail: boolean): Promise<InvocationResult> {
    const { version } = this.#launch;
    const timeoutMs = (version.configuration.Timeout ?? 3) * 1000;
    const limit = this.#watch(this.#initMs === undefined ? initLimitMs + timeoutMs : timeoutMs);
    const began = { at: performance.now() };
    let outcome = await this.#next();
    const initMs = this.#firstReport ? this.#initMs : undefined;
    this.#firstReport = false;
    const { to: from } = this.#ship();
    const start = this.#lines.start(given.requestId, version.version);
    this.#line(start);
    if (outcome.kind === 'ready') {
      limit.restart(timeoutMs);
      began.at = performance.now();
      const deadlineMs = this.#parts.clock.now().getTime() + timeoutMs;
      this.#api?.deliver({ ...given, deadlineMs });
      outcome = await this.#next();
    }
    limit.stop();
    const durationMs = performance.now() - began.at;
    const { payload, functionError, ending } = this.#outcome(outcome, given.requestId, durationMs, timeoutMs);
    const printed = this.#ship();
    const lines = this.#lines.end({ ...ending, initMs, memoryUsed: this.#memoryUsed() });
    for (const line of lines) this.#line(line);
    const text = tail ? await this.#tail(start, from, printed.to, lines) : undefined;
    if (outcome.kind !== 'answer') await this.end();
    return { payload, functionError, durationMs, ...(text === undefined ? {} : { tail: text }) };
  }

  #firstReport = true;

  async #tail(start: string, from: number, to: number, lines: readonly string[]): Promise<string> {
    const printed = await lastPrinted(this.#parts.executor.logFile(this.#launch.dir), from, to, tailBytes);
    const separator = printed === '' || printed.endsWith('\n') ? '' : '\n';
    const bytes = Buffer.from(`${start}\n${printed}${separator}${lines.map((line) => `${line}\n`).join('')}`);
    return bytes.subarray(Math.max(0, bytes.length - tailBytes)).toString('base64');
  }

  /** The time limit, and the disk's. */
  #watch(firstMs: number) {
    let timer = setTimeout(() => this.#tell({ kind: 'timeout' }), firstMs);
    const { dir, version } = this.#launch;
    const most = (version.configuration.EphemeralStorage?.Size ?? 512) * 1024 * 1024;
    const look = async () => {
      this.#ship();
      const used = await Promise.all(
        ['tmp', 'root', 'home'].map((name) => folderSize(join(dir, name), 'blocks', most)),
      );
      if (used.reduce((sum, bytes) => sum + bytes, 0) > most + 1024 * 1024) this.#tell({ kind: 'full' });
    };
    const looking = setInterval(() => void look(), lookEveryMs);
    return {
      restart: (afterMs: number) => {
        clearTimeout(timer);
        timer = setTimeout(() => this.#tell({ kind: 'timeout' }), afterMs);
      },
      stop: () => {
        clearTimeout(timer);
        clearInterval(looking);
      },
    };
  }

  #outcome(outcome: Event, requestId: string, durationMs: number, timeoutMs: number) {
    const memorySize = this.#launch.version.configuration.MemorySize ?? 128;
    const ending = (status: Ending['status'], errorType?: string) => ({
      requestId,
      durationMs,
      memorySize,
      status,
      errorType,
    });
    const failure = (errorType: string, text: string) => ({
      payload: Buffer.from(JSON.stringify({ errorType, errorMessage: `RequestId: ${requestId} Error: ${text}` })),
      functionError: 'Unhandled' as const,
    });
    if (outcome.kind === 'answer') {
      const failed = outcome.answer.kind === 'error';
      return {
        payload: outcome.answer.body,
        functionError: failed ? ('Unhandled' as const) : undefined,
        ending: ending(failed ? 'error' : 'success', failed ? errorTypeIn(outcome.answer.body) : undefined),
      };
    }
    if (outcome.kind === 'init-failed')
      return {
        payload: outcome.body,
        functionError: 'Unhandled' as const,
        ending: ending('failure', `Runtime.${errorTypeIn(outcome.body).replace(/^Runtime\./, '')}`),
      };
    if (outcome.kind === 'exit') {
      const type = outcome.outOfMemory ? 'Runtime.OutOfMemory' : 'Runtime.ExitError';
      return { ...failure(type, exitText(outcome.exitCode)), ending: ending('failure', type) };
    }
    if (outcome.kind === 'ready')
      return {
        ...failure('Runtime.ExitError', 'the runtime asked for the next invocation before it answered'),
        ending: ending('failure', 'Runtime.ExitError'),
      };
    if (outcome.kind === 'full') {
      const text = 'No space left on device: the function used more than its ephemeral storage';
      return { ...failure('Runtime.ExitError', text), ending: ending('failure', 'Runtime.ExitError') };
    }
    const text = `Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`;
    this.#line(`${this.#parts.clock.now().toISOString()} ${requestId} ${text}`);
    return { ...failure('Sandbox.Timedout', text), ending: ending('timeout') };
  }

  end(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  onEnd(listener: () => void): void {
    this.#onEnd.push(listener);
  }

  async #end(): Promise<void> {
    const { executor } = this.#parts;
    const { dir, socketDir } = this.#launch;
    this.#state = 'ended';
    this.#parts.ended(this.id);
    for (const listener of this.#onEnd) listener();
    await killRun(this.#parts, dir);
    this.#ship();
    await this.#log.settled();
    this.#api?.close();
    await executor.remove(dir);
    await rm(socketDir, { recursive: true, force: true });
  }
}

/** Waits until the process has ended. */
export async function killRun({ executor }: Pick<LambdaResources, 'executor'>, dir: string): Promise<void> {
  await executor.signal(dir, 'SIGKILL');
  if ((await executor.status(dir)).state === 'running') await new Promise<void>((ended) => executor.onExit(dir, ended));
}

export const newTraceId = (now: Date) =>
  `Root=1-${Math.floor(now.getTime() / 1000).toString(16)}-${uuid().replaceAll('-', '').slice(0, 24)};Parent=${randomHex(8)};Sampled=0`;
