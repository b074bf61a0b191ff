/** `clary migrate`: a data folder's metadata moves to PostgreSQL and back, and everything that was there is there. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { CreateUserCommand, IAMClient, ListUsersCommand } from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { readConfig } from '../../server/src/config.ts';
import { recordDatabase } from '../../server/src/data-folder.ts';
import { startServer } from '../../server/src/main.ts';
import { databaseName } from '../../server/src/open-database.ts';
import { startPostgres, type TestPostgres } from '../harness/postgres.ts';

const clary = fileURLToPath(new URL('../../cli/src/main.ts', import.meta.url));
const Bucket = 'moved';
const keys = ['a', 'a\u0001', 'folder/ü 😀', 'folder/z', 'plain'];

let dataDir: string;
let postgres: TestPostgres;
let url: string;
before(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'clary-migrate-'));
  postgres = await startPostgres();
  url = await postgres.create();
});
after(async () => {
  await postgres[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true });
});

const migrate = (...args: string[]) =>
  promisify(execFile)(process.execPath, [clary, 'migrate', '--data', dataDir, ...args]);

async function withServer<T>(
  database: string,
  use: (client: <C>(Client: new (config: object) => C) => C) => Promise<T>,
) {
  // What the refusal of another database says to do.
  await recordDatabase(dataDir, databaseName({ database }));
  const flags = ['--data', dataDir, '--port', '0', '--log-level', 'error', '--database', database];
  await using server = await startServer(readConfig(flags, process.env));
  const { url: endpoint, credentials } = server;
  return await use(
    (Client) => new Client({ endpoint, credentials, region: 'us-east-1', forcePathStyle: true, maxAttempts: 1 }),
  );
}

const look = (database: string) =>
  withServer(database, async (client) => {
    const s3 = client(S3Client);
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, EncodingType: 'url' }));
    const bodies = await Promise.all(
      keys.map(async (Key) => (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString()),
    );
    const { Users = [] } = await client(IAMClient).send(new ListUsersCommand({}));
    const { Events = [] } = await client(CloudTrailClient).send(new LookupEventsCommand({}));
    return {
      listed: Contents.map(({ Key, ETag }) => `${Key} ${ETag}`),
      bodies,
      users: Users.map(({ UserName }) => UserName),
      events: Events.filter(({ EventName }) => EventName === 'CreateUser').map(({ EventId }) => EventId),
    };
  });

describe('clary migrate', () => {
  test('moves everything to PostgreSQL and back', async () => {
    await withServer('sqlite', async (client) => {
      const s3 = client(S3Client);
      await s3.send(new CreateBucketCommand({ Bucket }));
      for (const Key of keys) await s3.send(new PutObjectCommand({ Bucket, Key, Body: `body of ${Key}` }));
      for (const UserName of ['ann', 'bob']) await client(IAMClient).send(new CreateUserCommand({ UserName }));
    });
    const before = await look('sqlite');
    assert.equal(before.listed.length, keys.length);
    assert.deepEqual(before.users, ['ann', 'bob']);

    const { stdout } = await migrate('--to', url);
    assert.match(stdout, /^s3_objects +5 rows/m);
    assert.match(stdout, /counts and hashes agree/);
    assert.deepEqual(await look(url), before);

    // New rows get numbers beyond the copied ones.
    await withServer(url, (client) => client(IAMClient).send(new CreateUserCommand({ UserName: 'eve' })));
    const after = await look(url);
    assert.deepEqual(after.users, ['ann', 'bob', 'eve']);
    assert.equal(after.events.length, 3);

    await rm(join(dataDir, 'clary.db'));
    await migrate('--from', url, '--to', 'sqlite');
    assert.deepEqual(await look('sqlite'), after);
  });

  test('refuses a target that is not empty, and changes nothing in it', async () => {
    const before = await look(url);
    await assert.rejects(migrate('--to', url), /clary migrate: the target is not empty: its table \w+ has rows/);
    assert.deepEqual(await look(url), before);
  });

  test('refuses to run beside a server', async () => {
    await withServer('sqlite', async () => {
      await assert.rejects(migrate('--to', url), /another server \(process \d+\) uses/);
    });
  });

  test('a second server on the same schema is refused; it starts after the first has stopped', async () => {
    const other = await mkdtemp(join(tmpdir(), 'clary-second-'));
    const second = () => startServer(readConfig(['--data', other, '--port', '0', '--database', url], process.env));
    await withServer(url, async () => {
      await assert.rejects(second(), /a server with another data folder uses the schema clary of this database/);
    });
    await (await second()).stop();
    await rm(other, { recursive: true });
  });

  test('a server refuses a folder whose objects belong to another database', async () => {
    await recordDatabase(dataDir, 'sqlite');
    const flags = ['--data', dataDir, '--port', '0', '--database', url];
    await assert.rejects(
      startServer(readConfig(flags, process.env)),
      /^Error: the objects of \S+ belong to sqlite, not to postgres:/,
    );
  });

  test('says which flag is missing', () => assert.rejects(migrate(), /clary migrate: --to is missing/));
});
