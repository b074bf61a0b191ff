/** Builds the platform without its listener: storage, engine and services with their dependencies. The only module that imports every part. */
import { hkdfSync } from 'node:crypto';
import { join } from 'node:path';
import type { Config } from './config.ts';
import type { AwsAccess } from './contract/aws.ts';
import type { Service } from './contract/service.ts';
import { findSandbox } from './engine/executors/bubblewrap.ts';
import { executorByKind, noContainerEngine } from './engine/executors/by-kind.ts';
import { findCgroups } from './engine/executors/cgroups.ts';
import { containerExecutor } from './engine/executors/container.ts';
import { findContainerSocket } from './engine/executors/container-socket.ts';
import { kernelInterfaces, kernelVariable } from './engine/executors/kernel-interfaces.ts';
import { processExecutor } from './engine/executors/process.ts';
import { openOutbox } from './engine/outbox.ts';
import { ensureExecutionRole } from './execution-role.ts';
import { inProcessAccess } from './gateway/in-process.ts';
import type { PipelineDeps } from './gateway/pipeline.ts';
import type { Clock } from './kit/clock.ts';
import type { Log } from './kit/log.ts';
import type { ServiceName } from './models/catalog.ts';
import { openDatabase } from './open-database.ts';
import { describeRuns, killRun, runningBelow, runsBelow } from './runs-left.ts';
import { cloudTrailService } from './services/cloudtrail/service.ts';
import { cloudWatchService } from './services/cloudwatch/service.ts';
import { cloudWatchLogsService } from './services/cloudwatch-logs/service.ts';
import { dynamoDbService } from './services/dynamodb/service.ts';
import { createLastUsed } from './services/iam/access-keys/last-used.ts';
import { type ContainerCredentials, containerCredentials } from './services/iam/container-credentials.ts';
import { createIdentity } from './services/iam/identity.ts';
import { iamService } from './services/iam/service.ts';
import { s3Service } from './services/s3/service.ts';
import { imageTable } from './services/sagemaker/images.ts';
import { readImages } from './services/sagemaker/images-file.ts';
import { runningRuns } from './services/sagemaker/running-runs.ts';
import { sagemakerService } from './services/sagemaker/service.ts';
import { sageMakerRuntimeService } from './services/sagemaker-runtime/service.ts';
import { stsService } from './services/sts/service.ts';
import { createRoutingTable } from './serving/routing-table.ts';
import { openFileBlobs } from './storage/file-blobs.ts';

/** A key of its own for each purpose (services/iam/sealed.ts has the others). */
const objectSecretOf = (platformKey: Buffer) =>
  new Uint8Array(hkdfSync('sha256', platformKey, '', 'clary/s3-objects', 32));

export interface PlatformOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly platformKey: Buffer;
  readonly administrator: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** The address of the listener, once it listens. */
  readonly endpoint: Promise<string>;
}

export interface Platform {
  readonly pipeline: PipelineDeps;
  readonly credentials: ContainerCredentials;
  /** Stops the reconcilers, writes what is in memory, closes the database. Jobs and models continue. */
  stop(): Promise<void>;
  /** Ends every process of jobs and models, for a reset: no row would refer to them afterwards. */
  endRuns(): Promise<void>;
  /** A text that lists the processes and containers that continue when the server stops; undefined if there are none. */
  runsLeft(): Promise<string | undefined>;
}

export async function buildPlatform({
  config,
  clock,
  log,
  platformKey,
  administrator,
  endpoint,
}: PlatformOptions): Promise<Platform> {
  const { dataDir, account, region } = config;
  const runsDir = join(dataDir, 'runs');
  const kernel = await kernelInterfaces();
  const machineFound = Promise.all([findSandbox(config.sandbox, runsDir, kernel, log), findCgroups(runsDir)]);
  // Awaited below; an earlier failure must not leave this rejection unhandled.
  machineFound.catch(() => {});
  const configuredImages = config.imagesFile ? await readImages(config.imagesFile) : [];
  const containerSocket = await findContainerSocket(config.containerSockets);
  const database = await openDatabase(config, log, true);
  const blobs = await openFileBlobs({ dir: join(dataDir, 'blobs'), durability: config.durability });
  const outbox = await openOutbox({ database, clock, log });
  const lastUsed = createLastUsed(database, clock, log);
  const running = runningRuns(database);
  const identity = lastUsed.watch(
    createIdentity({ database, platformKey, account, region, administrator, clock, log, isRunning: running.isRunning }),
  );
  const services = new Map<ServiceName, Service>();
  const cloudTrail = await cloudTrailService({ database, clock, log, settings: config });
  const { audit } = cloudTrail;
  const aws: AwsAccess = inProcessAccess({ services, identity, audit, region, clock, log });
  const routing = createRoutingTable();
  const [sandbox, cgroups] = await machineFound;
  if (typeof cgroups === 'string')
    log.warn('limits: memory, cores and processes of job instances are not enforced', { because: cgroups });
  const groups = typeof cgroups === 'string' ? undefined : cgroups;
  const containers = containerSocket
    ? containerExecutor({ socket: containerSocket, dataDir, pull: config.pullImages, log })
    : undefined;
  const executor = executorByKind({
    process: processExecutor({ log, sandbox, cgroups: groups }),
    container: containers,
  });
  const credentials = containerCredentials({ platformKey, identity, clock, endpoint, isRunning: running.isRunning });

  const s3 = s3Service({
    database,
    blobs,
    outbox,
    clock,
    log,
    settings: config,
    objectSecret: objectSecretOf(platformKey),
  });
  const sagemaker = sagemakerService({
    database,
    outbox,
    aws,
    executor,
    images: imageTable(configuredImages, containers ? undefined : noContainerEngine),
    roleEnvironment: credentials.environment,
    running,
    routing,
    clock,
    log,
    settings: {
      ...config,
      runtimeEnvironment: { ...config.runtimeEnvironment, ...kernelVariable(kernel) },
      runsDir,
      sandbox,
    },
  });
  const runtime = sageMakerRuntimeService({ routing, aws, clock, log, settings: config });
  const dynamoDb = dynamoDbService({ database, aws, clock, log, settings: config });
  const all = [
    iamService({
      database,
      accessKeySealer: identity.accessKeySealer,
      subjects: identity.subjects,
      lastUsed,
      forget: identity.forget,
    }),
    stsService({ sessions: identity }),
    s3.service,
    cloudTrail.service,
    cloudWatchService({ database }),
    cloudWatchLogsService({ database }),
    dynamoDb.service,
    sagemaker.service,
    runtime.service,
  ];
  for (const service of all) services.set(service.name, service);
  if (config.executionRole) await ensureExecutionRole(dataDir, account, aws.asService(account, 'clary.amazonaws.com'));

  return {
    pipeline: {
      services,
      identity,
      access: aws,
      audit,
      clock,
      log,
      ...(config.anyCredentials ? { anyCredentialsAccount: account } : {}),
    },
    credentials,
    async stop() {
      // A part that writes through other services stops before them.
      await runtime.stop();
      await dynamoDb.stop();
      await sagemaker.stop();
      await containers?.stop();
      await s3.stop();
      await outbox.stop();
      await lastUsed.settled();
      await cloudTrail.stop();
      await groups?.close();
      await database.close();
    },
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
