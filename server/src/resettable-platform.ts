/** A platform that can be reset while the listener stays open: a new platform over an empty folder replaces it. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from './config.ts';
import type { PipelineDeps } from './gateway/exchange.ts';
import type { Log } from './kit/log.ts';
import { removeBlobs } from './open-blobs.ts';
import { removeDatabase } from './open-database.ts';
import type { Platform } from './platform.ts';

export interface ResettablePlatform {
  /** The present platform. */
  readonly current: Platform;
  /** For a request: waits for a running reset to end. */
  pipeline(): PipelineDeps | Promise<PipelineDeps>;
  /** Begins when no request is running; a further reset waits for this one. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

interface ResettableOptions {
  readonly config: Config;
  readonly log: Log;
  readonly build: () => Promise<Platform>;
  /** Until no request is under way. */
  readonly idle: () => Promise<void>;
}

export async function resettablePlatform({ config, log, build, idle }: ResettableOptions): Promise<ResettablePlatform> {
  let platform = await build();
  let renewing: Promise<void> | undefined;

  async function renew(): Promise<void> {
    await idle();
    await platform.stop();
    await platform.endRuns();
    await removeDatabase(config);
    await removeBlobs(config, log);
    for (const name of ['runs', 'execution-role']) {
      await rm(join(config.dataDir, name), { recursive: true, force: true });
    }
    platform = await build();
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
      await renewing;
      await platform.stop();
    },
  };
}
