/** The lease of a schema and what it fences (needs CLARY_TEST_POSTGRES). */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { Client } from 'pg';
import { startPostgres, type TestPostgres } from '../../../../test/harness/postgres.ts';
import { createLog } from '../../kit/log.ts';
import { migrations } from '../../migrations.ts';
import { fenced } from '../fenced.ts';
import { joinPostgresServers, openPostgresDatabase } from './database.ts';
import { LeaseLost, type PostgresLease } from './lease.ts';

const log = createLog('silent', () => {});
const things = {
  name: 'test-things',
  statements: ['create table things (name text primary key)'],
};
const insert = (name: string) => ({ sql: 'insert into things values (?)', parameters: [name], rows: 1 });

let postgres: TestPostgres;
before(async () => {
  postgres = await startPostgres();
});
after(() => postgres[Symbol.asyncDispose]());

async function join(url: string) {
  const options = { url, migrations: [...migrations, things], log };
  const { lease, changes } = await joinPostgresServers(options, 'folder');
  return {
    lease,
    open: () => openPostgresDatabase({ ...options, lease }),
    async leave() {
      await lease.release();
      await changes.close();
    },
  };
}

/** As another server does it to a holder that does not answer. */
async function endSession(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and classid = 4203`);
  await client.end();
}

const changed = (lease: PostgresLease) => {
  const { promise, resolve } = Promise.withResolvers<void>();
  lease.onChange(resolve);
  return promise;
};

describe('the lease', () => {
  test('lets work write in the term in which it began, and refuses it in a later term of the same server', async () => {
    const url = await postgres.create();
    const server = await join(url);
    const database = await server.open();
    await fenced(() => database.write([insert('in its term')]));

    const lost = changed(server.lease);
    await endSession(url);
    await lost;
    assert.equal(server.lease.isHeld, false);
    await assert.rejects(
      fenced(() => database.write([insert('without the lease')])),
      LeaseLost,
    );
    await changed(server.lease);
    assert.equal(server.lease.isHeld, true);
    await assert.rejects(
      fenced(() => database.write([insert('in a later term')])),
      LeaseLost,
    );
    // Requests are not fenced, and the platform that is built now is of the new term.
    await database.write([insert('of a request')]);
    const next = await server.open();
    await fenced(() => next.write([insert('of the new term')]));
    await Promise.all([database.close(), next.close()]);
    await server.leave();
  });

  test('is taken again after the database was killed and started again', async () => {
    const server = await join(await postgres.create());
    const lost = changed(server.lease);
    await postgres.kill9();
    await lost;
    // Attempts to reconnect fail meanwhile: beats come every second.
    await once(AbortSignal.timeout(2500), 'abort');
    await postgres.start();
    await changed(server.lease);
    assert.equal(server.lease.isHeld, true);
    await server.leave();
  });
});
