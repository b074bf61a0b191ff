/**
 * A platform that can be replaced while the listener stays open: by one over an empty folder (reset), and by one that does the background work, or does it no
 * more (the lease has changed hands).
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Config } from './config.ts';
import type { PipelineDeps } from './gateway/exchange.ts';
import { backoffMs } from './kit/backoff.ts';
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

const firstBackoffMs = 100;
const capBackoffMs = 2000;

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
  let platform: Platform;
  let renewing: Promise<void> | undefined;
  const first = Promise.withResolvers<void>();
  /** Replacements after changes of the lease, one after the other, the first platform before them. */
  let replacing: Promise<void> = first.promise;
  /** The lease has changed hands while a reset was running. */
  let missed = false;
  const stopping = new AbortController();
  let servers = await joinOthers();
  platform = await build(servers);
  first.resolve();

  async function joinOthers(): Promise<Servers> {
    const joined = await joinServers(config, log, platformKey);
    joined.lease.onChange(queueReplacement);
    return joined;
  }

  function queueReplacement(): void {
    replacing = replacing.then(replaceUntilDone);
  }

  /** The lease changes hands when the database fails, too: without a retry nobody would do the background work afterwards. */
  async function replaceUntilDone(): Promise<void> {
    for (let failures = 1; !stopping.signal.aborted; failures++) {
      if (renewing) {
        missed = true;
        return;
      }
      try {
        return await replace();
      } catch (error) {
        const retryInMs = Math.round(backoffMs(failures, firstBackoffMs, capBackoffMs, Math.random()));
        log.warn('lease: platform was not replaced, will retry', { failures, retryInMs, error });
        await setTimeout(retryInMs, undefined, { signal: stopping.signal }).catch(() => {});
      }
    }
  }

  /** Requests under way end on the platform on which they began. */
  async function replace(): Promise<void> {
    const before = platform;
    platform = await build(servers);
    log.info(
      servers.lease.isHeld
        ? 'lease: this server does the background work'
        : 'lease: another server does the background work',
    );
    await idle();
    // The new one is in use already: another attempt would not help the old one.
    await before.stop().catch((error) => log.warn('lease: the former platform did not stop cleanly', { error }));
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
    missed = false;
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
        if (renewing !== mine) return;
        renewing = undefined;
        if (missed) queueReplacement();
        missed = false;
      });
    },
    async stop() {
      stopping.abort();
      await renewing;
      await replacing;
      await platform.stop();
      await leaveServers(servers);
    },
  };
}
