/** Builds the platform without its listener: storage, engine, and the services of services/modules.ts, none of which it knows by name. */
import { join } from 'node:path';
import type { Config } from './config.ts';
import type { AwsAccess } from './contract/aws.ts';
import type { Service } from './contract/service.ts';
import { backgroundOf } from './engine/background.ts';
import { findSandbox } from './engine/executors/bubblewrap.ts';
import { executorByKind, noContainerEngine } from './engine/executors/by-kind.ts';
import { findCgroups } from './engine/executors/cgroups.ts';
import { containerExecutor } from './engine/executors/container.ts';
import { findContainerSocket } from './engine/executors/container-socket.ts';
import { kernelInterfaces, kernelVariable } from './engine/executors/kernel-interfaces.ts';
import { processExecutor } from './engine/executors/process.ts';
import { openOutbox } from './engine/outbox.ts';
import { runningRuns } from './engine/running-runs.ts';
import { openSchedules } from './engine/schedules.ts';
import { ensureExecutionRole } from './execution-role.ts';
import type { PipelineDeps } from './gateway/exchange.ts';
import { inProcessAccess } from './gateway/in-process.ts';
import type { Clock } from './kit/clock.ts';
import type { Log } from './kit/log.ts';
import type { ServiceName } from './models/catalog.ts';
import { openBlobs } from './open-blobs.ts';
import { openDatabase, type Servers } from './open-database.ts';
import { describeRuns, killRun, runningBelow, runsBelow } from './runs-left.ts';
import { modules } from './services/modules.ts';
import type { PlatformParts, Provided, RunCredentials, StartedService } from './services/service-module.ts';
import { createRoutingTable } from './serving/routing-table.ts';

export interface PlatformOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly platformKey: Buffer;
  readonly administrator: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** The address of the listener, once it listens. */
  readonly endpoint: Promise<string>;
  readonly servers: Servers;
}

export interface Platform {
  readonly pipeline: PipelineDeps;
  readonly credentials: RunCredentials;
  /** Stops the reconcilers, writes what is in memory, closes the database. Jobs and models continue. */
  stop(): Promise<void>;
  /** Ends every process of jobs and models, for a reset: no row would refer to them afterwards. */
  endRuns(): Promise<void>;
  /** A text that lists the processes and containers that continue when the server stops; undefined if there are none. */
  runsLeft(): Promise<string | undefined>;
}

export async function buildPlatform(options: PlatformOptions): Promise<Platform> {
  const { config, clock, log, servers } = options;
  const { dataDir, account, region } = config;
  const runsDir = join(dataDir, 'runs');
  const machine = findMachine(config, runsDir, log);
  // Awaited below; an earlier failure must not leave this rejection unhandled.
  machine.catch(() => {});
  const database = await openDatabase(config, log, servers.lease);
  const blobs = await openBlobs(config, options.platformKey, log);
  const { executor, sandbox, containerRefusal, kernel, stop: stopExecutors } = await machine;
  const failed = new AbortController();
  const background = backgroundOf(servers.lease, servers.changes, failed.signal);
  const outbox = openOutbox({ database, background, clock, log });
  const schedules = openSchedules({ database, background, clock, log });

  const services = new Map<ServiceName, Service>();
  const { provided, provide } = provisions();
  let aws: AwsAccess | undefined;
  const parts: PlatformParts = {
    ...options,
    account,
    region,
    database,
    blobs,
    outbox,
    background,
    changes: servers.changes,
    schedules,
    get aws() {
      aws ??= inProcessAccess({ services, identity: provided.identity, audit: provided.audit, region, clock, log });
      return aws;
    },
    provided,
    executor,
    containerRefusal,
    sandbox,
    runs: runningRuns(),
    routing: createRoutingTable(),
    runtime: {
      ...config,
      runsDir,
      runtimeEnvironment: { ...config.runtimeEnvironment, ...kernelVariable(kernel) },
    },
  };
  const started: StartedService[] = [];
  async function stop(): Promise<void> {
    await outbox.stop();
    await schedules.stop();
    for (const { stop: stopService } of started.toReversed()) await stopService?.();
    await stopExecutors();
    blobs.close();
    await database.close();
  }
  try {
    for (const module of modules) {
      const one = await module.start(parts, { ...config });
      started.push(one);
      services.set(module.name, one.service);
      provide(one.provides);
    }
    if (config.executionRole)
      await ensureExecutionRole(dataDir, account, parts.aws.asService(account, 'clary.amazonaws.com'));
  } catch (error) {
    // The server may try again: its reconcilers must not work beside those of the next platform.
    failed.abort();
    await stop().catch((cause) => log.warn('platform: what had started did not stop cleanly', { error: cause }));
    throw error;
  }

  return {
    pipeline: {
      services,
      identity: provided.identity,
      access: parts.aws,
      audit: provided.audit,
      clock,
      log,
      ...(config.anyCredentials ? { anyCredentialsAccount: account } : {}),
    },
    credentials: provided.credentials,
    stop,
    runsLeft: async () => describeRuns(runsDir, await runningBelow(runsDir, executor)),
    async endRuns() {
      await Promise.all(
        (await runsBelow(runsDir)).map(async (dir) => {
          await killRun(dir, executor);
          await executor.remove(dir);
        }),
      );
    },
  };
}

/** What services have provided so far. */
function provisions() {
  const given: Partial<Provided> = {};
  const need = <K extends keyof Provided>(name: K): Provided[K] => {
    const found = given[name];
    if (!found) throw new Error(`no service that has started provides ${name}: see the order in services/modules.ts`);
    return found;
  };
  const provided: Provided = {
    get identity() {
      return need('identity');
    },
    get sessions() {
      return need('sessions');
    },
    get credentials() {
      return need('credentials');
    },
    get audit() {
      return need('audit');
    },
  };
  return { provided, provide: (more: Partial<Provided> | undefined) => Object.assign(given, more) };
}

/** How processes and containers run on this machine. */
async function findMachine(config: Config, runsDir: string, log: Log) {
  const kernel = await kernelInterfaces();
  const [sandbox, cgroups, socket] = await Promise.all([
    findSandbox(config.sandbox, runsDir, kernel, log),
    findCgroups(runsDir),
    findContainerSocket(config.containerSockets),
  ]);
  if (typeof cgroups === 'string')
    log.warn('limits: memory, cores and processes of job instances are not enforced', { because: cgroups });
  const groups = typeof cgroups === 'string' ? undefined : cgroups;
  const containers = socket
    ? containerExecutor({ socket, dataDir: config.dataDir, pull: config.pullImages, log })
    : undefined;
  return {
    executor: executorByKind({ process: processExecutor({ log, sandbox, cgroups: groups }), container: containers }),
    sandbox,
    containerRefusal: containers ? undefined : noContainerEngine,
    kernel,
    async stop() {
      await containers?.stop();
      await groups?.close();
    },
  };
}
