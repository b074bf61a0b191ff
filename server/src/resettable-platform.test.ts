/** The platform follows the lease (needs CLARY_TEST_POSTGRES). */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { until } from '../../examples/workflow/stage.ts';
import { startPostgres, type TestPostgres } from '../../test/harness/postgres.ts';
import { readConfig } from './config.ts';
import { administratorOf, platformKeyOf } from './data-folder.ts';
import { systemClock } from './kit/clock.ts';
import { createLog } from './kit/log.ts';
import { joinServers, leaveServers, type Servers } from './open-database.ts';
import { buildPlatform } from './platform.ts';
import { resettablePlatform } from './resettable-platform.ts';

const log = createLog('silent', () => {});
let postgres: TestPostgres;
let dataDir: string;
before(async () => {
  postgres = await startPostgres();
  dataDir = await mkdtemp(join(tmpdir(), 'clary-resettable-'));
});
after(async () => {
  await postgres[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true, force: true });
});

/** Another server has the lease while this one starts. `build` wraps the building of its platforms. */
async function startBesideHolder(
  build: (
    make: () => ReturnType<typeof buildPlatform>,
    count: number,
    holder: Servers,
  ) => ReturnType<typeof buildPlatform>,
) {
  const flags = ['--data', dataDir, '--database', await postgres.create(), '--no-execution-role'];
  const config = readConfig(flags, {});
  const administrator = await administratorOf(dataDir, config.account);
  const platformKey = await platformKeyOf(dataDir);
  const holder = await joinServers(config, log, platformKey);
  const endpoint = Promise.resolve('http://127.0.0.1:1');
  const active: boolean[] = [];
  const platform = await resettablePlatform({
    config,
    log,
    platformKey,
    idle: async () => {},
    async build(servers) {
      const make = async () => {
        const isActive = servers.lease.isHeld;
        const made = await buildPlatform({
          config,
          clock: systemClock,
          log,
          platformKey,
          administrator,
          endpoint,
          servers,
        });
        active.push(isActive);
        return made;
      };
      return build(make, active.length, holder);
    },
  });
  return { platform, holder, active };
}

const isActive = (active: readonly boolean[]) =>
  until('the platform does the background work', async () => (active.at(-1) ? true : undefined), 20_000);

describe('a server without the lease takes over', () => {
  test('when the holder ends while the first platform is being built', async () => {
    const { platform, active } = await startBesideHolder(async (make, count, holder) => {
      const made = await make();
      if (count === 0) {
        await leaveServers(holder);
        // Longer than a beat: the lease arrives meanwhile.
        await new Promise((resolve) => setTimeout(resolve, 2500));
      }
      return made;
    });
    await isActive(active);
    assert.deepEqual(active, [false, true]);
    await platform.stop();
  });

  test('when its platform could not be built at once', async () => {
    let failures = 0;
    const { platform, holder, active } = await startBesideHolder(async (make, count) => {
      if (count > 0 && failures++ < 2) throw new Error('the database does not answer');
      return make();
    });
    await leaveServers(holder);
    await isActive(active);
    assert.equal(failures, 3);
    await platform.stop();
  });
});
