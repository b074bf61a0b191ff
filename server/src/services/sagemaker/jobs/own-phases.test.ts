/** A kind of job that runs no program: it replaces the phases, and needs no role, no folder and no capacity. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { until } from '../../../../../examples/workflow/stage.ts';
import type { PlatformEvent } from '../../../contract/event.ts';
import { soleBackground } from '../../../engine/background.ts';
import { processExecutor } from '../../../engine/executors/process.ts';
import { openOutbox } from '../../../engine/outbox.ts';
import { runningRuns } from '../../../engine/running-runs.ts';
import { systemClock } from '../../../kit/clock.ts';
import { createLog } from '../../../kit/log.ts';
import { migrations } from '../../../migrations.ts';
import type { Database } from '../../../storage/database.ts';
import { openSqliteDatabase } from '../../../storage/sqlite-database.ts';
import type { SageMakerResources } from '../shared/deps.ts';
import { type Job, JobFailed } from './job.ts';
import type { JobDefinition } from './job-definition.ts';
import { createJobQueue } from './job-queue.ts';
import { startJobReconciler } from './job-reconciler.ts';
import { jobStore } from './job-store.ts';
import { end, enter, lookAgain } from './phases/phase.ts';
import { newRunId } from './run-id.ts';

type Request = { readonly fails?: boolean };

let dir: string;
let database: Database;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'clary-phases-'));
  database = await openSqliteDatabase({ file: join(dir, 'clary.sqlite'), migrations });
});
after(async () => {
  await database.close();
  await rm(dir, { recursive: true });
});

const event = (job: Job<Request>): PlatformEvent => ({
  account: job.account,
  region: job.region,
  source: 'aws.sagemaker',
  detailType: 'test',
  resources: [job.arn],
  detail: { status: job.status },
  time: job.modifiedAt,
});

/** Looks at the job until it has been looked at so often, and ends it. */
function definition(looks: { count: number }, enough: number): JobDefinition<Request> {
  const unreachable = async () => assert.fail('a phase that the kind skips');
  return {
    kind: 'steps',
    describe: { logGroup: '', roleArn: () => '', transition: (to) => ({ status: to, message: to }), event },
    limits: { instanceCount: () => 0, volumeGiB: () => undefined, maxRuntimeMs: () => Number.POSITIVE_INFINITY },
    phases: {
      Starting: async (job) => enter(job, 'Running', { startedAt: Date.now() }),
      Downloading: unreachable,
      async Running(job) {
        if (job.request.fails) throw new JobFailed('a step failed');
        if (job.state.stopRequestedAt) return end(job, 'Stopped');
        return ++looks.count < enough ? lookAgain(0) : end(job, 'Completed', { exitMessage: 'all steps' });
      },
      Uploading: unreachable,
    },
  };
}

function start(looks: { count: number }, enough: number) {
  const log = createLog('silent', () => {});
  const outbox = openOutbox({ database, background: soleBackground, clock: systemClock, log });
  const resources = {
    database,
    background: soleBackground,
    outbox,
    clock: systemClock,
    log,
    executor: processExecutor({ log }),
    running: runningRuns(),
    aws: { asService: () => undefined },
    settings: { runsDir: join(dir, 'runs') },
  } as unknown as SageMakerResources;
  const nothing = Promise.resolve(createJobQueue({ cores: 0, memoryGiB: 0 }));
  const reconciler = startJobReconciler(resources, definition(looks, enough), nothing);
  return {
    wake: reconciler.wake,
    async stop() {
      await reconciler.stop();
      await outbox.stop();
    },
  };
}

const store = () => jobStore<Request>(database, 'steps');

async function create(name: string, request: Request = {}): Promise<string> {
  const now = new Date();
  const job: Job<Request> = {
    arn: `arn:aws:sagemaker:us-east-1:000000000000:steps/${name}`,
    kind: 'steps',
    account: '000000000000',
    region: 'us-east-1',
    name,
    status: 'InProgress',
    phase: 'Starting',
    createdAt: now,
    modifiedAt: now,
    revision: 1,
    logOffsets: {},
    request,
    state: { runId: newRunId(), transitions: [] },
  };
  await database.write([store().insert(job)]);
  return job.arn;
}

const ended = (arn: string) =>
  until(`the end of ${arn}`, async () => {
    const job = await store().find(arn);
    return job?.phase === 'Ended' ? job : undefined;
  });

describe('a kind of job with phases of its own', () => {
  it('goes through those that it has, without capacity', async () => {
    const arn = await create('whole');
    const { stop } = start({ count: 0 }, 3);
    const job = await ended(arn);
    assert.equal(job.status, 'Completed');
    assert.equal(job.state.exitMessage, 'all steps');
    assert.deepEqual(
      job.state.transitions.map(({ status }) => status),
      ['Running', 'Completed'],
    );
    await stop();
  });

  it('fails with the reason that a phase throws', async () => {
    const arn = await create('failing', { fails: true });
    const { stop } = start({ count: 0 }, 1);
    const job = await ended(arn);
    assert.deepEqual([job.status, job.state.failureReason], ['Failed', 'a step failed']);
    await stop();
  });

  it('continues after a restart in the phase in which it was', async () => {
    const looks = { count: 0 };
    const arn = await create('restarted');
    const first = start(looks, Number.POSITIVE_INFINITY);
    await until('a few looks', async () => (looks.count > 3 ? true : undefined));
    await first.stop();
    assert.equal((await store().find(arn))?.phase, 'Running');
    const second = start(looks, looks.count + 2);
    assert.equal((await ended(arn)).status, 'Completed');
    await second.stop();
  });
});
