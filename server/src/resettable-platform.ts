/**
 * A platform that can be replaced while the listener stays open: by one over an empty folder (reset), and by one that does the background work, or does it no
 * more (the lease has changed hands).
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from './config.ts';
import type { PipelineDeps } from './gateway/exchange.ts';
import type { Log } from './kit/log.ts';
import { removeBlobs } from './open-blobs.ts';
import { joinServers, leaveServers, removeDatabase, type Servers } from './open-database.ts';
import type { Platform } from './platform.ts';

export interface ResettablePlatform {
  /** The present platform. */
  readonly current: Platform;
  /** For a request: waits for a running reset to end. */
  pipeline(): PipelineDeps | Promise<PipelineDeps>;
  /** Begins when no request is running; a further reset waits for this one. Throws while other servers use the database. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/** A reset while other servers use the database. */
export class OtherServer extends Error {}

interface ResettableOptions {
  readonly config: Config;
  readonly log: Log;
  readonly platformKey: Buffer;
  readonly build: (servers: Servers) => Promise<Platform>;
  /** Until no request is under way. */
  readonly idle: () => Promise<void>;
}

export async function resettablePlatform({
  config,
  log,
  platformKey,
  build,
  idle,
}: ResettableOptions): Promise<ResettablePlatform> {
  let servers = await joinOthers();
  let platform = await build(servers);
  let renewing: Promise<void> | undefined;
  /** Replacements after changes of the lease, one after the other. */
  let replacing: Promise<void> = Promise.resolve();
  let stopped = false;

  async function joinOthers(): Promise<Servers> {
    const joined = await joinServers(config, log, platformKey);
    joined.lease.onChange(() => {
      replacing = replacing.then(replace).catch((error) => log.error('lease: platform was not replaced', { error }));
    });
    return joined;
  }

  /** Requests under way end on the platform on which they began. */
  async function replace(): Promise<void> {
    if (stopped || renewing) return;
    const before = platform;
    platform = await build(servers);
    log.info(
      servers.lease.isHeld
        ? 'lease: this server does the background work'
        : 'lease: another server does the background work',
    );
    await idle();
    await before.stop();
  }

  async function renew(): Promise<void> {
    if (!(await servers.lease.isAlone()))
      throw new OtherServer('another server uses this database: stop it before a reset');
    await idle();
    await replacing;
    await platform.stop();
    await platform.endRuns();
    await leaveServers(servers);
    await removeDatabase(config);
    await removeBlobs(config, log);
    for (const name of ['runs', 'execution-role']) {
      await rm(join(config.dataDir, name), { recursive: true, force: true });
    }
    servers = await joinOthers();
    platform = await build(servers);
  }

  return {
    get current() {
      return platform;
    },
    pipeline: () => renewing?.then(() => platform.pipeline) ?? platform.pipeline,
    async reset() {
      renewing = (renewing ?? Promise.resolve()).then(renew);
      const mine = renewing;
      await mine.finally(() => {
        if (renewing === mine) renewing = undefined;
      });
    },
    async stop() {
      stopped = true;
      await renewing;
      await replacing;
      await platform.stop();
      await leaveServers(servers);
    },
  };
}
