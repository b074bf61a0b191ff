/** The trail under load, after a kill, in time, and against those who would change it. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, it } from 'node:test';
import { CloudTrailClient, type Event, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { CreateUserCommand, IAMClient } from '@aws-sdk/client-iam';
import { movedClock } from '../../../../test/harness/moved-clock.ts';
import { type PlatformProcess, startPlatform, startPlatformProcess } from '../../../../test/harness/platform.ts';
import type { AuditedCall } from '../../contract/audit.ts';
import { auditClassOf } from '../../contract/audit-class.ts';
import { soleBackground } from '../../engine/background.ts';
import { openSchedules } from '../../engine/schedules.ts';
import { createLog } from '../../kit/log.ts';
import { migrations } from '../../migrations.ts';
import { type Database, statement } from '../../storage/database.ts';
import { queryBuilder } from '../../storage/query-builder.ts';
import { openSqliteDatabase } from '../../storage/sqlite-database.ts';
import { AuditTrail } from './audit-trail.ts';
import { startCaretaker } from './caretaker.ts';
import { historyMs } from './deps.ts';
import { hashOf, linksAfter } from './event-store.ts';
import { scheduleRetention } from './retention.ts';
import { trailTables } from './tables.ts';

const day = 86_400_000;
const start = Date.UTC(2030, 0, 1);

/** A trail in a folder of its own, under a clock of the test's. */
async function openTrail() {
  const dir = await mkdtemp(join(tmpdir(), 'clary-trail-'));
  const file = join(dir, 'clary.db');
  const lines: string[] = [];
  const clock = Object.assign(
    movedClock((): Date => new Date(clock.time)),
    { time: start },
  );
  const log = createLog('warn', (line) => lines.push(line));
  const database = await openSqliteDatabase({ file, migrations });
  const schedules = openSchedules({ database, background: soleBackground, clock, log });
  const resources = {
    database,
    background: soleBackground,
    schedules,
    clock,
    log,
    settings: { auditReads: false, auditWrites: false },
  };
  return { dir, file, lines, clock, resources, database, trail: await AuditTrail.open(resources) };
}

const lookTime = queryBuilder<{ schedules: { service: string; due_at: number } }>()
  .selectFrom('schedules')
  .select('due_at')
  .where('service', '=', 'cloudtrail');

type Opened = Awaited<ReturnType<typeof openTrail>>;

function called(operation: 'CreateUser' | 'GetUser', at: Date): AuditedCall {
  const account = '000000000000';
  const principal = { kind: 'service' as const, account, arn: 'arn', userId: 'sagemaker.amazonaws.com' };
  const facts = { service: 'iam' as const, operation, region: 'us-east-1', principal, requestId: 'r', now: at };
  return {
    call: { ...facts, sourceIp: '127.0.0.1', secure: false },
    class: auditClassOf(operation),
    userAgent: 'sagemaker.amazonaws.com',
    invokedBy: 'sagemaker.amazonaws.com',
    resources: ['arn:aws:iam::000000000000:user/ann'],
    parameters: null,
    answer: null,
    error: undefined,
    endedAt: at,
  };
}

async function countIn(database: Database, table: 'audit_events' | 'audit_resources'): Promise<number> {
  const count = trailTables.selectFrom(table).select(({ fn }) => fn.countAll<number>().as('count'));
  return (await database.read(count.compile()))[0]?.count ?? -1;
}

describe('An audit trail does', () => {
  let opened: Opened;
  before(async () => {
    opened = await openTrail();
  });
  after(async () => {
    await opened.database.close();
    await rm(opened.dir, { recursive: true });
  });

  it('make who changes something wait, and nobody else', async () => {
    const { trail, database, clock } = opened;
    assert.equal(trail.record(called('GetUser', clock.now())), undefined);
    assert.equal(await countIn(database, 'audit_events'), 0);
    await trail.record(called('CreateUser', clock.now()));
    assert.equal(await countIn(database, 'audit_events'), 2);
  });

  it('say of the platform’s own calls that they are', async () => {
    const [link] = await linksAfter(opened.database, 0, 1);
    assert.deepEqual(JSON.parse(link?.record ?? '').userIdentity, {
      type: 'AWSService',
      invokedBy: 'sagemaker.amazonaws.com',
    });
  });

  it('keep what comes at once in one chain', async () => {
    const { trail, database, clock } = opened;
    await Promise.all(Array.from({ length: 2500 }, () => trail.record(called('CreateUser', clock.now()))));
    const again = await AuditTrail.open(opened.resources);
    await again.record(called('CreateUser', clock.now()));
    const links = await linksAfter(database, 0, 5000);
    assert.equal(links.length, 2503);
    for (const [at, link] of links.entries()) {
      const before = links[at - 1];
      assert.equal(link.previous, before ? hashOf(before) : '');
    }
  });

  it('write again what could not be written, and tell who waited', async () => {
    const { resources, database, file } = opened;
    const hand = new DatabaseSync(file);
    hand.exec("create trigger full before insert on audit_events begin select raise(abort, 'the disk is full'); end");
    const trail = await AuditTrail.open(resources);
    const before = await countIn(database, 'audit_events');
    await assert.rejects(Promise.resolve(trail.record(called('CreateUser', new Date(start)))), /the disk is full/);
    hand.exec('drop trigger full');
    hand.close();
    await trail.stop();
    assert.equal(await countIn(database, 'audit_events'), before + 1);
  });
});

describe('An audit trail refuses', () => {
  it('that a change is acknowledged of which no record could be written', async () => {
    await using platform = await startPlatform({ flags: ['--log-level', 'silent'] });
    const hand = await platform.openDatabase();
    await hand.write([{ sql: 'alter table audit_events rename to audit_events_gone', parameters: [] }]);
    const create = () => platform.client(IAMClient).send(new CreateUserCommand({ UserName: 'ann' }));
    await assert.rejects(create(), {
      name: 'InternalFailure',
      message: 'The request processing has failed because of an unknown error, exception or failure.',
    });
    await hand.write([{ sql: 'alter table audit_events_gone rename to audit_events', parameters: [] }]);
    await hand.close();
    await assert.rejects(create(), { name: 'EntityAlreadyExistsException' });
    const { Events } = await platform.client(CloudTrailClient).send(new LookupEventsCommand({}));
    const codes = Events?.map(({ CloudTrailEvent }) => JSON.parse(CloudTrailEvent ?? '').errorCode);
    assert.deepEqual(codes, ['EntityAlreadyExists', undefined]);
  });

  it('that anything goes on unrecorded while it cannot be written', async () => {
    const { trail, database, clock, dir } = await openTrail();
    await database.close();
    const refused = () => assert.rejects(Promise.resolve(trail.record(called('CreateUser', clock.now()))));
    await Promise.all(Array.from({ length: 10_000 }, refused));
    assert.throws(() => trail.isRecorded(auditClassOf('CreateUser')), {
      message: 'the audit trail cannot be written',
    });
    assert.equal(trail.isRecorded(auditClassOf('PutObject', { data: true })), false);
    await rm(dir, { recursive: true });
  });

  it('every change, and every loss within ninety days', async () => {
    const { trail, database, clock, dir } = await openTrail();
    await trail.record(called('CreateUser', clock.now()));
    clock.time += historyMs;
    await trail.record(called('CreateUser', clock.now()));
    const writes = [
      trailTables.updateTable('audit_events').set({ name: 'GetUser' }).compile(),
      trailTables.updateTable('audit_resources').set({ name: 'bob' }).compile(),
      trailTables.deleteFrom('audit_events').compile(),
      trailTables.deleteFrom('audit_resources').compile(),
    ];
    for (const query of writes)
      await assert.rejects(database.write([statement(query)]), { message: 'the audit trail is append-only' });
    assert.equal(await countIn(database, 'audit_events'), 2);
    await database.close();
    await rm(dir, { recursive: true });
  });
});

describe('An audit trail survives', () => {
  /** Its first round of both duties is over when it has stopped. */
  async function careFor({ resources }: Opened, done: () => Promise<boolean>): Promise<void> {
    const caretaker = startCaretaker(resources);
    await scheduleRetention(resources);
    while (!(await done())) await new Promise(setImmediate);
    await resources.schedules.stop();
    await caretaker.stop();
  }

  it('its own age: what is older than ninety days is removed', async () => {
    const opened = await openTrail();
    const { trail, database, clock, dir } = opened;
    for (const days of [0, 1, 89, 91]) {
      clock.time = start + days * day;
      await trail.record(called('CreateUser', clock.now()));
    }
    await careFor(opened, async () => (await countIn(database, 'audit_resources')) <= 6);
    const links = await linksAfter(database, 0, 10);
    assert.deepEqual(
      links.map(({ record }) => JSON.parse(record).eventTime),
      ['2030-01-02T00:00:00Z', '2030-03-31T00:00:00Z', '2030-04-02T00:00:00Z'],
    );
    assert.equal(await countIn(database, 'audit_resources'), 6);
    await database.close();
    await rm(dir, { recursive: true });
  });

  it('ninety days without a restart: what is older by then is removed', async () => {
    const opened = await openTrail();
    const { trail, database, clock, dir } = opened;
    await trail.record(called('CreateUser', clock.now()));
    await careFor(opened, async () => {
      if (clock.time === start) {
        // The first look finds nothing to remove and has set the next one.
        const [row] = await database.read(lookTime.compile());
        if (!row || row.due_at === start) return false;
        clock.time = start + 91 * day;
        await trail.record(called('CreateUser', clock.now()));
      }
      return (await countIn(database, 'audit_events')) === 1;
    });
    await database.close();
    await rm(dir, { recursive: true });
  });

  it('a hand at the file: it shows', async () => {
    const opened = await openTrail();
    const { trail, database, clock, dir, file, lines } = opened;
    for (let i = 0; i < 5; i++) await trail.record(called('CreateUser', clock.now()));
    const hand = new DatabaseSync(file);
    hand.exec('drop trigger audit_events_stay');
    hand.exec(`update audit_events set record = replace(record, 'CreateUser', 'GetUser') where seq = 3`);
    hand.close();
    await careFor(opened, async () => lines.length > 0);
    assert.equal(lines.length, 1);
    const { message, before, seq } = JSON.parse(lines[0] ?? '{}');
    assert.deepEqual(
      [message, before, seq],
      ['audit trail: hash chain broken: an event does not have the hash of its predecessor', 3, 4],
    );
    await database.close();
    await rm(dir, { recursive: true });
  });

  async function allCreated(platform: PlatformProcess): Promise<Set<string>> {
    const client = platform.client(CloudTrailClient);
    const users = new Set<string>();
    let NextToken: string | undefined;
    do {
      const LookupAttributes = [{ AttributeKey: 'EventName' as const, AttributeValue: 'CreateUser' }];
      const page = await client.send(new LookupEventsCommand({ LookupAttributes, NextToken }));
      for (const event of (page.Events ?? []) as Event[])
        users.add(JSON.parse(event.CloudTrailEvent ?? '').requestParameters.userName);
      NextToken = page.NextToken;
    } while (NextToken);
    return users;
  }

  it('kills: no call that was acknowledged is missing', async () => {
    await using platform = await startPlatformProcess();
    const acknowledged: string[] = [];
    for (const round of [1, 2, 3]) {
      const iam = platform.client(IAMClient);
      const clients = Array.from({ length: 8 }, async (_, client) => {
        for (let i = 0; ; i++) {
          const UserName = `user-${round}-${client}-${i}`;
          await iam.send(new CreateUserCommand({ UserName }));
          acknowledged.push(UserName);
        }
      });
      const ended = Promise.allSettled(clients);
      const enough = acknowledged.length + 60;
      while (acknowledged.length < enough) await new Promise(setImmediate);
      await platform.kill9();
      await ended;
      await platform.restart();
    }
    const recorded = await allCreated(platform);
    assert.ok(acknowledged.length >= 180);
    assert.deepEqual(
      acknowledged.filter((name) => !recorded.has(name)),
      [],
    );
  });
});
