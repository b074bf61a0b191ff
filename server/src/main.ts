#!/usr/bin/env node
/** The server: reads its settings, builds the platform, opens the door. */
import { join } from 'node:path';
import packageJson from '../package.json' with { type: 'json' };
import { type Config, ConfigError, readConfig } from './config.ts';
import type { Service } from './contract/service.ts';
import { administratorOf, keepCredentials, lockFolder, platformKeyOf } from './data-folder.ts';
import { startGateway } from './gateway/server.ts';
import { type Clock, systemClock } from './kit/clock.ts';
import { createLog } from './kit/log.ts';
import { ownPaths } from './own-paths.ts';
import { buildPlatform } from './platform.ts';
import { resettablePlatform } from './resettable-platform.ts';
import { pulseThreadPool } from './thread-pool-pulse.ts';
import { authorityFile, certificateOf, serverNames } from './tls-folder.ts';

export interface RunningServer extends AsyncDisposable {
  readonly url: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** The tables of operations: what is executed and what is not. */
  readonly services: readonly Service[];
  stop(): Promise<void>;
}

/** How often the certificate's end is looked at: it is renewed weeks before. */
const renewalMs = 12 * 3_600_000;

/** Addresses to listen on that nobody can connect to. */
const anywhere = /^(0\.0\.0\.0|::)$/;

export async function startServer(config: Config, clock: Clock = systemClock): Promise<RunningServer> {
  const endPulse = pulseThreadPool();
  let unlock = async () => {};
  const end = async () => {
    await unlock();
    endPulse();
  };
  try {
    unlock = await lockFolder(config.dataDir);
    return await serveFolder(config, clock, end);
  } catch (error) {
    await end();
    throw error;
  }
}

async function serveFolder(config: Config, clock: Clock, unlock: () => Promise<void>): Promise<RunningServer> {
  const log = createLog(config.logLevel, (line) => process.stderr.write(line));
  const { dataDir, host, region, account } = config;
  const administrator = await administratorOf(dataDir, account);
  const platformKey = await platformKeyOf(dataDir);
  const certificateNow = () => certificateOf(dataDir, serverNames(host, config.domain, region), clock.now());
  const certificate = await certificateNow();
  const door = Promise.withResolvers<string>();
  // Nobody may have asked for the address when the door cannot be opened.
  door.promise.catch(() => {});
  const build = () => buildPlatform({ config, clock, log, platformKey, administrator, endpoint: door.promise });
  const platform = await resettablePlatform({ config, build, idle: () => gateway.idle() });
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
    door.reject(error);
    await platform.stop();
    throw error;
  });
  const renewal = setInterval(() => {
    certificateNow().then(gateway.renewCertificate, (error) => log.warn('the certificate was not renewed', { error }));
  }, renewalMs).unref();
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${gateway.port}`;
  door.resolve(anywhere.test(host) ? `http://127.0.0.1:${gateway.port}` : url);
  await keepCredentials(dataDir, { ...administrator, account, region, endpoint: url });
  if (config.anyCredentials)
    log.warn(
      '--any-credentials: every key is accepted and NOTHING is checked; anybody on this machine can do everything',
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

async function main(): Promise<void> {
  const config = readConfig(process.argv.slice(2), process.env);
  const server = await startServer(config);
  console.log(config.readyJson ? JSON.stringify({ url: server.url }) : banner(server.url, config));
  // A signal once more hurries nothing (Ctrl-C in a terminal sends several): requests have seconds to end, and who cannot wait has SIGKILL.
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      server.stop().then(
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
  main().catch((error) => {
    const plain = error instanceof ConfigError || (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    console.error(`clary: ${plain || !(error instanceof Error) ? (error.message ?? error) : error.message}`);
    process.exit(1);
  });
}
