import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findBatchFault, sortBatch } from './check-batch.ts';

const hour = 3_600_000;
const day = 24 * hour;
const now = 1_000 * day;
const at = (timestamp: number, message = 'x') => ({ timestamp, message });

describe('findBatchFault refuses', () => {
  it('events out of order, over more than a day, over a megabyte', () => {
    assert.equal(
      findBatchFault([at(2), at(1)]),
      'Log events in a single PutLogEvents request must be in chronological order.',
    );
    assert.equal(
      findBatchFault([at(0), at(day + 1)]),
      'The batch of log events in a single PutLogEvents request cannot span more than 24 hours.',
    );
    assert.equal(
      findBatchFault([at(0, 'é'.repeat(524_276))]),
      'Upload too large: 1048578 bytes exceeds limit of 1048576',
    );
  });
});

describe('findBatchFault does', () => {
  it('let everything else pass', () => {
    assert.equal(findBatchFault([at(1), at(1), at(1 + day)]), undefined);
    assert.equal(findBatchFault([at(0, 'é'.repeat(524_275))]), undefined);
  });
});

describe('sortBatch does', () => {
  it('take what is neither too old nor too new', () => {
    const events = [at(now - 15 * day), at(now - 14 * day), at(now), at(now + 2 * hour), at(now + 2 * hour + 1)];
    assert.deepEqual(sortBatch(events, now, undefined), {
      accepted: events.slice(1, 4),
      rejected: { tooNewLogEventStartIndex: 4, tooOldLogEventEndIndex: 1 },
    });
  });

  it('refuse what has outlived its retention', () => {
    const events = [at(now - 2 * day), at(now - hour)];
    assert.deepEqual(sortBatch(events, now, now - day), {
      accepted: [events[1]],
      rejected: { expiredLogEventEndIndex: 1 },
    });
    assert.deepEqual(sortBatch(events, now, undefined), { accepted: events, rejected: undefined });
  });
});
