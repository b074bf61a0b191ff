import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemClock } from '../../../kit/clock.ts';
import { interruptions } from './interruptions.ts';
import type { Job, JobState } from './job.ts';
import { uploadEndsAt } from './upload-limit.ts';

const [hour, minute] = [3_600_000, 60_000];
const jobOf = (state: Partial<JobState>) => ({ state: { runId: 'r', transitions: [], ...state } });

describe('an upload may take', () => {
  it('an hour, or as long as the job may', () => {
    assert.equal(uploadEndsAt(jobOf({ startedAt: 0 }), 1000, 0, minute), 1000 + hour);
    assert.equal(uploadEndsAt(jobOf({ startedAt: 0 }), 1000, 0, 24 * hour), 24 * hour);
  });

  it('two minutes more where the job is stopped meanwhile, a quarter of an hour where it was before', () => {
    assert.equal(uploadEndsAt(jobOf({ stopRequestedAt: 5000 }), 1000, 0, hour), 5000 + 2 * minute);
    assert.equal(uploadEndsAt(jobOf({ stopRequestedAt: 500 }), 1000, 0, hour), 1000 + 15 * minute);
  });

  it('the same again after a restart', () => {
    const born = 9 * hour;
    assert.equal(uploadEndsAt(jobOf({ startedAt: 0 }), 1000, born, minute), born + hour);
    assert.equal(uploadEndsAt(jobOf({ stopRequestedAt: 5000 }), 1000, born, hour), born + 2 * minute);
    assert.equal(uploadEndsAt(jobOf({ stopRequestedAt: 500 }), 1000, born, hour), born + 15 * minute);
  });
});

describe('work that is limited', () => {
  const job = jobOf({}) as Job;
  const waiting = (signal: AbortSignal) =>
    new Promise((_, fail) => signal.addEventListener('abort', () => fail(signal.reason)));
  const { run, look } = interruptions(async () => job, systemClock);
  const stopping = new AbortController().signal;

  it('ends at its time', async () => {
    const endsAt = Date.now() + 50;
    assert.equal(await run({ arn: 'a', stopping, endsAt: () => endsAt }, waiting), undefined);
    assert.ok(Date.now() >= endsAt);
  });

  it('ends where the job changed so that it must', async () => {
    let endsAt = Number.POSITIVE_INFINITY;
    const done = run({ arn: 'a', stopping, endsAt: () => endsAt }, waiting);
    endsAt = 0;
    look('a');
    assert.equal(await done, undefined);
  });

  it('throws at the end of the server, and what fails otherwise', async () => {
    const server = new AbortController();
    const done = run({ arn: 'a', stopping: server.signal, endsAt: () => Number.POSITIVE_INFINITY }, waiting);
    server.abort(new Error('the end'));
    await assert.rejects(done, /the end/);
    const fails = () => Promise.reject(new Error('it failed'));
    await assert.rejects(run({ arn: 'a', stopping, endsAt: () => Number.POSITIVE_INFINITY }, fails), /it failed/);
    assert.deepEqual(await run({ arn: 'a', stopping, endsAt: () => Number.POSITIVE_INFINITY }, async () => 7), {
      result: 7,
    });
  });
});
