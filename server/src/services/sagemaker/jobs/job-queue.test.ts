import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { shareOf } from './instance-share.ts';
import { createJobQueue } from './job-queue.ts';

const machine = { cores: 4, memoryGiB: 16 };
const job = (arn: string, cores: number, createdAt = Number(arn), memoryGiB = cores) => ({
  arn,
  createdAt,
  share: { cores, memoryGiB },
});

function openQueue() {
  const queue = createJobQueue(machine);
  const admitted: string[] = [];
  return {
    queue,
    admitted,
    enter: (entry: ReturnType<typeof job>) => queue.enter(entry, () => admitted.push(entry.arn)),
  };
}

describe('the queue of jobs', () => {
  test('lets jobs run side by side as far as the machine goes, the others in their order', () => {
    const { queue, admitted, enter } = openQueue();
    assert.deepEqual(
      [enter(job('1', 2)), enter(job('2', 2)), enter(job('3', 2)), enter(job('4', 2))],
      [true, true, false, false],
    );
    queue.leave('2');
    assert.deepEqual(admitted, ['1', '2', '3']);
    queue.leave('1');
    queue.leave('3');
    assert.deepEqual(admitted, ['1', '2', '3', '4']);
  });

  test('lets no job overtake a large one, not even one that would fit', () => {
    const { queue, admitted, enter } = openQueue();
    enter(job('1', 2));
    assert.equal(enter(job('2', 4)), false);
    assert.equal(enter(job('3', 1)), false);
    queue.leave('1');
    assert.deepEqual(admitted, ['1', '2']);
    queue.leave('2');
    assert.deepEqual(admitted, ['1', '2', '3']);
  });

  test('orders by the time of creation, not by the order of entering', () => {
    const { queue, admitted, enter } = openQueue();
    queue.hold(job('0', 4));
    enter(job('younger', 4, 2));
    enter(job('older', 4, 1));
    queue.leave('0');
    assert.deepEqual(admitted, ['older']);
  });

  test('gives a job that asks for more than the machine all of it', () => {
    const { queue, admitted, enter } = openQueue();
    assert.equal(enter(job('1', 96, 1, 384)), true);
    assert.equal(enter(job('2', 1)), false);
    queue.leave('1');
    assert.deepEqual(admitted, ['1', '2']);
  });

  test('counts memory like cores', () => {
    const { enter } = openQueue();
    assert.equal(enter(job('1', 1, 1, 12)), true);
    assert.equal(enter(job('2', 1, 2, 8)), false);
  });

  test('asks once, however often a job enters, and forgets a job that leaves while it waits', () => {
    const { queue, admitted, enter } = openQueue();
    enter(job('1', 4));
    for (let i = 0; i < 3; i++) enter(job('2', 4));
    enter(job('3', 4));
    queue.leave('2');
    queue.leave('1');
    assert.deepEqual(admitted, ['1', '3']);
    assert.equal(enter(job('3', 4)), true);
  });

  test('says what a job waits for', () => {
    const { queue, enter } = openQueue();
    enter(job('1', 3));
    enter(job('2', 2));
    enter(job('3', 2));
    assert.equal(
      queue.reasonFor('3'),
      'Waiting for capacity: 2 vCPUs and 2 GiB of memory requested, 1 of 4 vCPUs and 13 of 16 GiB available; 1 job is ahead in the queue.',
    );
  });
});

test('an instance type is so many cores and so much memory', () => {
  const known: [type: string, cores: number, memoryGiB: number][] = [
    ['ml.t3.medium', 2, 4],
    ['ml.t3.xlarge', 4, 16],
    ['ml.m5.large', 2, 8],
    ['ml.m5.4xlarge', 16, 64],
    ['ml.m5.24xlarge', 96, 384],
    ['ml.c5.9xlarge', 36, 72],
    ['ml.r5.xlarge', 4, 32],
    ['ml.g4dn.xlarge', 4, 16],
    ['ml.g5.2xlarge', 8, 32],
  ];
  for (const [type, cores, memoryGiB] of known) assert.deepEqual(shareOf(type, 1), { cores, memoryGiB }, type);
  assert.deepEqual(shareOf('ml.m5.large', 3), { cores: 6, memoryGiB: 24 });
  assert.equal(shareOf(undefined, 1).cores, 1);
});
