/** Execution environments by version: which one answers an invocation, how many there may be, and when they end. */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive, readIdentity } from '../../../engine/executors/process-identity.ts';
import type { StoredFunction, StoredVersion } from '../functions/function-store.ts';
import { throttled } from '../refusals.ts';
import {
  type EnvironmentParts,
  type ExecutionEnvironment,
  folderOfFunctions,
  type InvocationResult,
  killRun,
  newTraceId,
  startEnvironment,
} from './environment.ts';
import { credentialsMs } from './launch.ts';

export interface PoolRequest {
  readonly fn: StoredFunction;
  readonly version: StoredVersion;
  /** As it was invoked. */
  readonly arn: string;
  readonly requestId: string;
  readonly payload: Uint8Array;
  readonly clientContext?: string | undefined;
  readonly tail?: boolean;
}

export interface Pool {
  /** Throws TooManyRequestsException where no environment may be started. */
  invoke(request: PoolRequest): Promise<InvocationResult>;
  /** How many invocations run: of a function, or of all. */
  running(functionId?: string): number;
  /** Ends the environments of a function that is gone. */
  forget(functionId: string): void;
  stop(): Promise<void>;
}

interface Member {
  readonly functionId: string;
  /** Function, version and revision: what has changed runs in a new environment. */
  readonly key: string;
  environment: ExecutionEnvironment | undefined;
  busy: boolean;
  idleSince: number;
}

const keyOf = ({ function_id, version, revision_id }: StoredVersion) => `${function_id} ${version} ${revision_id}`;
/** An environment is not used longer than its credentials are good for. */
const longestMs = credentialsMs - 3_600_000;

export function openPool(parts: EnvironmentParts): Pool {
  const { functionConcurrency, functionIdleMs } = parts.settings;
  const members = new Set<Member>();
  const ending = new Set<Promise<void>>();
  let stopped = false;

  function drop(member: Member): void {
    if (!members.delete(member) || !member.environment) return;
    const { environment } = member;
    const end = environment
      .end()
      .catch((error) => parts.log.warn('functions: an environment could not be removed', { id: environment.id, error }))
      .finally(() => ending.delete(end));
    ending.add(end);
  }

  const isFresh = ({ environment }: Member) =>
    environment?.usable() && performance.now() - environment.bornAt < longestMs;

  const ofFunction = (functionId: string) => [...members].filter((member) => member.functionId === functionId);
  const idle = () => [...members].filter(({ busy }) => !busy).sort((one, other) => one.idleSince - other.idleSince);

  /** A member that is busy from now on. */
  function take({ fn, version }: PoolRequest): Member {
    const key = keyOf(version);
    const own = ofFunction(fn.row.id);
    for (const member of own) {
      const isOutdated = member.key !== key && member.key.startsWith(`${fn.row.id} ${version.version} `);
      if (!member.busy && (isOutdated || !isFresh(member))) drop(member);
    }
    const reserved = fn.row.reserved_concurrency;
    const busy = own.filter((member) => member.busy).length;
    if (reserved !== null && busy >= reserved) throw throttled('ReservedFunctionConcurrentInvocationLimitExceeded');
    // The one that was used last is the warmest; the others may end.
    const warm = own
      .filter((member) => members.has(member) && !member.busy && member.key === key)
      .sort((one, other) => other.idleSince - one.idleSince)[0];
    if (warm) {
      warm.busy = true;
      return warm;
    }
    if (members.size >= functionConcurrency) {
      const [oldest] = idle();
      if (!oldest) throw throttled('ConcurrentInvocationLimitExceeded');
      drop(oldest);
    }
    const member: Member = { functionId: fn.row.id, key, environment: undefined, busy: true, idleSince: 0 };
    members.add(member);
    return member;
  }

  async function begin(member: Member, { fn, version }: PoolRequest): Promise<ExecutionEnvironment> {
    const environment = await startEnvironment(parts, fn, version);
    member.environment = environment;
    environment.onEnd(() => drop(member));
    return environment;
  }

  const timer = setInterval(
    () => {
      const now = performance.now();
      for (const member of idle()) if (now - member.idleSince > functionIdleMs || !isFresh(member)) drop(member);
    },
    Math.min(functionIdleMs, 10_000),
  ).unref();

  return {
    async invoke(request) {
      if (stopped) throw throttled('ConcurrentInvocationLimitExceeded');
      const member = take(request);
      try {
        const environment = member.environment ?? (await begin(member, request));
        const { requestId, payload, arn, clientContext, tail = false } = request;
        const traceId = newTraceId(parts.clock.now());
        return await environment.invoke({ requestId, payload, arn, clientContext, traceId }, tail);
      } catch (error) {
        drop(member);
        members.delete(member);
        throw error;
      } finally {
        member.busy = false;
        member.idleSince = performance.now();
        if (!isFresh(member)) drop(member);
      }
    },
    running: (functionId) =>
      [...members].filter(({ busy, functionId: of }) => busy && (functionId === undefined || of === functionId)).length,
    forget(functionId) {
      for (const member of ofFunction(functionId)) drop(member);
    },
    async stop() {
      stopped = true;
      clearInterval(timer);
      for (const member of members) drop(member);
      await Promise.all(ending);
    },
  };
}

/** Ends what a server that was killed left. */
export async function endLeftovers(parts: Pick<EnvironmentParts, 'executor' | 'runtime'>): Promise<void> {
  const folder = folderOfFunctions(parts.runtime.runsDir);
  for (const name of await readdir(folder).catch(() => [])) {
    const dir = join(folder, name);
    const server = await readIdentity(join(dir, 'server'));
    // Another server on the same folder, or this one before it replaced its platform.
    if (server && (await isAlive(server))) continue;
    await killRun(parts, dir);
    const text = await readFile(join(dir, 'function.json'), 'utf8').catch(() => '{}');
    const { socketDir } = JSON.parse(text) as { socketDir?: string };
    if (socketDir) await rm(socketDir, { recursive: true, force: true });
    await parts.executor.remove(dir);
  }
}
