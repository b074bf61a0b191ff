#!/usr/bin/env node
/** The server: reads its settings, builds the platform, opens the listener. */
import { join } from 'node:path';
import packageJson from '../package.json' with { type: 'json' };
import { type Config, readConfig } from './config.ts';
import type { Service } from './contract/service.ts';
import {
  administratorOf,
  checkDatabase,
  type FolderLock,
  keepCredentials,
  lockFolder,
  platformKeyOf,
} from './data-folder.ts';
import { executionRoleOf } from './execution-role.ts';
import { startGateway } from './gateway/server.ts';
import { returnIdleMemory } from './idle-memory.ts';
import { type Clock, systemClock } from './kit/clock.ts';
import { keepCompiled } from './kit/keep-compiled.ts';
import { createLog } from './kit/log.ts';
import { databaseName, folderSharing, type Servers } from './open-database.ts';
import { ownPaths } from './own-paths.ts';
import { buildPlatform } from './platform.ts';
import { resettablePlatform } from './resettable-platform.ts';
import { pulseThreadPool } from './thread-pool-pulse.ts';
import { authorityFile, certificateOf, serverNames } from './tls-folder.ts';

export interface RunningServer extends AsyncDisposable {
  readonly url: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** The tables of implemented operations. */
  readonly services: readonly Service[];
  /** A text that lists the jobs and models that continue without the server; undefined if there are none. */
  runsLeft(): Promise<string | undefined>;
  stop(): Promise<void>;
}

/** How often the certificate's expiry is checked; it is renewed weeks before. */
const renewalMs = 12 * 3_600_000;

/** Addresses to listen on to which no client can connect. */
const anywhere = /^(0\.0\.0\.0|::)$/;

export async function startServer(config: Config, clock: Clock = systemClock): Promise<RunningServer> {
  const endPulse = pulseThreadPool();
  let lock: FolderLock | undefined;
  const end = async () => {
    await lock?.release();
    endPulse();
  };
  try {
    lock = await lockFolder(config.dataDir, folderSharing(config));
    await checkDatabase(config.dataDir, databaseName(config));
    return await serveFolder(config, clock, lock, end);
  } catch (error) {
    await end();
    throw error;
  }
}

async function serveFolder(
  config: Config,
  clock: Clock,
  { isFirst }: FolderLock,
  unlock: () => Promise<void>,
): Promise<RunningServer> {
  const log = createLog(config.logLevel, (line) => process.stderr.write(line));
  const { dataDir, host, region, account } = config;
  const administrator = await administratorOf(dataDir, account);
  const platformKey = await platformKeyOf(dataDir);
  const certificateNow = () => certificateOf(dataDir, serverNames(host, config.domain, region), clock.now());
  const certificate = await certificateNow();
  const listening = Promise.withResolvers<string>();
  // No caller may wait for the address when the listener cannot be opened.
  listening.promise.catch(() => {});
  const build = (servers: Servers) =>
    buildPlatform({ config, clock, log, platformKey, administrator, endpoint: listening.promise, servers });
  const platform = await resettablePlatform({ config, log, platformKey, build, idle: () => gateway.idle() });
  const own = ownPaths({
    ...config,
    administratorSecret: administrator.secretAccessKey,
    credentials: () => platform.current.credentials,
    reset: platform.reset,
  });
  const gateway = await startGateway({
    host,
    port: config.port,
    domain: config.domain,
    certificate,
    deps: platform.pipeline,
    own,
    log,
  }).catch(async (error) => {
    listening.reject(error);
    await platform.stop();
    throw error;
  });
  const renewal = setInterval(() => {
    certificateNow().then(gateway.renewCertificate, (error) => log.warn('tls: certificate was not renewed', { error }));
  }, renewalMs).unref();
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${gateway.port}`;
  listening.resolve(anywhere.test(host) ? `http://127.0.0.1:${gateway.port}` : url);
  const executionRoleArn = await executionRoleOf(dataDir);
  if (isFirst) await keepCredentials(dataDir, { ...administrator, account, region, endpoint: url, executionRoleArn });
  if (config.anyCredentials)
    log.warn(
      '--any-credentials: every key is accepted and NOTHING is checked; every user of this machine has full access',
    );
  const stop = async () => {
    clearInterval(renewal);
    await gateway.stop();
    await platform.stop();
    await unlock();
  };
  return {
    url,
    credentials: administrator,
    services: [...platform.current.pipeline.services.values()],
    runsLeft: () => platform.current.runsLeft(),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

const banner = (url: string, { dataDir, region, account }: Config) => `Clary ${packageJson.version} answers at ${url}
  region       ${region}
  account      ${account}
  credentials  ${join(dataDir, 'credentials.json')} (readable by you only)
  TLS          ${url.replace('http:', 'https:')}, certified by ${authorityFile(dataDir)}

  eval "$(npx clary env --data ${dataDir})"    then any AWS client works; Ctrl-C stops`;

/** Printed for the person who has stopped the server. */
async function stopAndTell(server: RunningServer, { dataDir, readyJson }: Config): Promise<void> {
  const left = readyJson ? undefined : await server.runsLeft();
  await server.stop();
  if (left)
    console.log(
      `Still running: ${left}. The next start adopts them; to end them: npx clary down --all --data ${dataDir}`,
    );
}

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help') || args.includes('-h')) {
    const { settingsHelp } = await import('./settings-help.ts');
    return console.log(settingsHelp());
  }
  const config = readConfig(args, process.env);
  const server = await startServer(config);
  returnIdleMemory();
  keepCompiled();
  console.log(config.readyJson ? JSON.stringify({ url: server.url }) : banner(server.url, config));
  // A second signal changes nothing (Ctrl-C in a terminal sends several): requests have seconds to end, and SIGKILL ends the server at once.
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      stopAndTell(server, config).then(
        () => process.exit(0),
        (error) => {
          console.error(error);
          process.exit(1);
        },
      );
    });
  }
}

if (import.meta.main) {
  main(process.argv.slice(2)).catch(async (error) => {
    const { explainStart } = await import('./start-failure.ts');
    console.error(`clary up: ${error instanceof Error ? await explainStart(error) : error}`);
    process.exit(1);
  });
}
