import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DeleteLogStreamCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  type DescribeLogStreamsCommandInput,
  FilterLogEventsCommand,
  type FilterLogEventsCommandInput,
  GetLogEventsCommand,
  type GetLogEventsCommandInput,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { sharedPlatform } from '../../../../test/harness/shared-platform.ts';

const shared = sharedPlatform();
const logGroupName = '/aws/sagemaker/TrainingJobs';
const start = Date.now() - 60_000;
const day = 24 * 60 * 60 * 1000;

async function withStreams(...names: string[]) {
  const platform = await shared.newAccount();
  const logs = platform.client(CloudWatchLogsClient);
  await logs.send(new CreateLogGroupCommand({ logGroupName }));
  for (const logStreamName of names) await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
  const put = (logStreamName: string, ...lines: (readonly [offsetMs: number, message: string])[]) => {
    const logEvents = lines.map(([offsetMs, message]) => ({ timestamp: start + offsetMs, message }));
    return logs.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
  };
  const get = async (logStreamName: string, rest: Partial<GetLogEventsCommandInput> = {}) => {
    const answer = await logs.send(new GetLogEventsCommand({ logGroupName, logStreamName, ...rest }));
    const { nextForwardToken: forward, nextBackwardToken: backward } = answer;
    return { lines: answer.events?.map(({ message }) => message), forward, backward };
  };
  const streams = async (rest: Partial<DescribeLogStreamsCommandInput> = {}) => {
    const answer = await logs.send(new DescribeLogStreamsCommand({ logGroupName, ...rest }));
    return { names: answer.logStreams?.map((stream) => stream.logStreamName), nextToken: answer.nextToken };
  };
  const filter = async (rest: Partial<FilterLogEventsCommandInput> = {}) => {
    const answer = await logs.send(new FilterLogEventsCommand({ logGroupName, ...rest }));
    return { lines: answer.events?.map(({ message }) => message), nextToken: answer.nextToken, events: answer.events };
  };
  const { account, region } = platform;
  const arn = `arn:aws:logs:${region}:${account}:log-group:${logGroupName}`;
  return { logs, put, get, streams, filter, arn };
}

const numbered = (count: number) => Array.from({ length: count }, (_, n) => [n, `line ${n}`] as const);

describe('log groups do', () => {
  it('come back with their ARNs and retention, page by page', async () => {
    const made = await withStreams();
    const { logs, arn } = made;
    await logs.send(new CreateLogGroupCommand({ logGroupName: '/other' }));
    await logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 7 }));
    const first = await logs.send(new DescribeLogGroupsCommand({ limit: 1 }));
    assert.deepEqual(
      first.logGroups?.map((group) => [group.logGroupName, group.arn, group.logGroupArn, group.retentionInDays]),
      [[logGroupName, `${arn}:*`, arn, 7]],
    );
    const second = await logs.send(new DescribeLogGroupsCommand({ limit: 1, nextToken: first.nextToken }));
    assert.deepEqual([second.logGroups?.map((group) => group.logGroupName), second.nextToken], [['/other'], undefined]);
    const byPart = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePattern: 'trainingjobs' }));
    assert.deepEqual(byPart.logGroups?.length, 1);
    const byPrefix = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/aws/lambda' }));
    assert.deepEqual(byPrefix.logGroups, []);
  });

  it('go with all that is in them', async () => {
    const made = await withStreams('job/algo-1-1');
    const { logs, put, get } = made;
    await put('job/algo-1-1', ...numbered(3));
    await logs.send(new DeleteLogGroupCommand({ logGroupName }));
    await assert.rejects(get('job/algo-1-1'), {
      name: 'ResourceNotFoundException',
      message: 'The specified log group does not exist.',
    });
    await logs.send(new CreateLogGroupCommand({ logGroupName }));
    await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName: 'job/algo-1-1' }));
    assert.deepEqual((await get('job/algo-1-1')).lines, []);
  });
});

describe('DescribeLogStreams does', () => {
  it('give no token where the page is complete, as the SageMaker SDK wants it', async () => {
    const made = await withStreams('job/algo-1-1', 'joc/algo-1-1');
    assert.deepEqual(await made.streams({ logStreamNamePrefix: 'job/', limit: 1 }), {
      names: ['job/algo-1-1'],
      nextToken: undefined,
    });
  });

  it('order by name and by last event, page by page', async () => {
    const made = await withStreams('a', 'b', 'c');
    await made.put('b', [5, 'x']);
    await made.put('a', [9, 'x']);
    const all = async (rest: Partial<DescribeLogStreamsCommandInput>) => {
      const seen: (string | undefined)[] = [];
      let nextToken: string | undefined;
      do {
        const page = await made.streams({ ...rest, limit: 1, nextToken });
        seen.push(...(page.names ?? []));
        nextToken = page.nextToken;
      } while (nextToken);
      return seen;
    };
    assert.deepEqual(await all({}), ['a', 'b', 'c']);
    assert.deepEqual(await all({ descending: true }), ['c', 'b', 'a']);
    assert.deepEqual(await all({ orderBy: 'LastEventTime', descending: true }), ['a', 'b', 'c']);
    assert.deepEqual(await all({ orderBy: 'LastEventTime' }), ['c', 'b', 'a']);
  });

  it('tell the times of events', async () => {
    const made = await withStreams('a');
    await made.put('a', [5, 'x'], [7, 'y']);
    await made.put('a', [2, 'z']);
    const { logStreams: streams } = await made.logs.send(new DescribeLogStreamsCommand({ logGroupName }));
    assert.deepEqual(
      streams?.map((stream) => [stream.arn, stream.firstEventTimestamp, stream.lastEventTimestamp]),
      [[`${made.arn}:log-stream:a`, start + 2, start + 7]],
    );
  });
});

describe('GetLogEvents does', () => {
  it('follow a stream: an empty page and the same token at its end, and on from there', async () => {
    const made = await withStreams('a');
    const { put, get } = made;
    const empty = await get('a', { startFromHead: true });
    assert.deepEqual(empty.lines, []);
    await put('a', [0, 'one'], [0, 'two']);
    const first = await get('a', { startFromHead: true, nextToken: empty.forward });
    assert.deepEqual(first.lines, ['one', 'two']);
    const end = await get('a', { nextToken: first.forward });
    assert.deepEqual([end.lines, end.forward], [[], first.forward]);
    await put('a', [0, 'three']);
    const next = await get('a', { nextToken: end.forward });
    assert.deepEqual(next.lines, ['three']);
    assert.deepEqual((await get('a', { nextToken: end.backward })).lines, ['one', 'two']);
  });

  it('go forwards from the head and backwards from the tail', async () => {
    const made = await withStreams('a');
    await made.put('a', ...numbered(5));
    const head = await made.get('a', { startFromHead: true, limit: 2 });
    assert.deepEqual(head.lines, ['line 0', 'line 1']);
    assert.deepEqual((await made.get('a', { nextToken: head.forward, limit: 2 })).lines, ['line 2', 'line 3']);
    const tail = await made.get('a', { limit: 2 });
    assert.deepEqual(tail.lines, ['line 3', 'line 4']);
    const before = await made.get('a', { nextToken: tail.backward, limit: 2 });
    assert.deepEqual(before.lines, ['line 1', 'line 2']);
    assert.deepEqual((await made.get('a', { nextToken: before.forward })).lines, ['line 3', 'line 4']);
  });

  it('keep to the time that is asked for, end excluded', async () => {
    const made = await withStreams('a');
    await made.put('a', ...numbered(5));
    const { lines } = await made.get('a', { startTime: start + 1, endTime: start + 3 });
    assert.deepEqual(lines, ['line 1', 'line 2']);
  });

  it('answer a megabyte at most', async () => {
    const made = await withStreams('a');
    const long = 'x'.repeat(500_000);
    for (const n of [0, 1, 2]) await made.put('a', [n, `${n}${long}`]);
    const head = await made.get('a', { startFromHead: true });
    assert.deepEqual(
      head.lines?.map((line) => line?.[0]),
      ['0', '1'],
    );
    assert.deepEqual(
      (await made.get('a', { nextToken: head.forward })).lines?.map((line) => line?.[0]),
      ['2'],
    );
  });
});

describe('FilterLogEvents does', () => {
  it('search the streams of a group in order of time, page by page', async () => {
    const made = await withStreams('job/a', 'job/b', 'other');
    await made.put('job/a', [0, 'ERROR one'], [4, 'ERROR three']);
    await made.put('job/b', [1, 'fine'], [2, 'an "ERROR" two']);
    await made.put('other', [3, 'ERROR elsewhere']);
    const inJob = { logStreamNamePrefix: 'job/', filterPattern: 'ERROR' };
    assert.deepEqual((await made.filter(inJob)).lines, ['ERROR one', 'an "ERROR" two', 'ERROR three']);
    const first = await made.filter({ ...inJob, limit: 2 });
    assert.deepEqual(first.lines, ['ERROR one', 'an "ERROR" two']);
    assert.equal(first.events?.[1]?.logStreamName, 'job/b');
    const second = await made.filter({ ...inJob, limit: 2, nextToken: first.nextToken });
    assert.deepEqual([second.lines, second.nextToken], [['ERROR three'], undefined]);
    assert.deepEqual((await made.filter({ logStreamNames: ['other'] })).lines, ['ERROR elsewhere']);
    assert.deepEqual((await made.filter({ filterPattern: '"one"', startTime: start + 1 })).lines, []);
    assert.deepEqual((await made.filter({ logGroupName: undefined, logGroupIdentifier: made.arn })).lines?.length, 5);
  });
});

describe('PutLogEvents does', () => {
  it('refuse single events that are too old, and keep the others', async () => {
    const made = await withStreams('a');
    const answer = await made.put('a', [-14 * day - 120_000, 'old'], [-14 * day + 120_000, 'kept']);
    assert.deepEqual(answer.rejectedLogEventsInfo, { tooOldLogEventEndIndex: 1 });
    assert.deepEqual((await made.get('a')).lines, ['kept']);
  });

  it('keep to the retention of the group, for what is there as well', async () => {
    const made = await withStreams('a');
    await made.put('a', [-2 * day, 'old']);
    await made.logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 1 }));
    assert.deepEqual([(await made.get('a')).lines, (await made.filter()).lines], [[], []]);
    const answer = await made.put('a', [-2 * day, 'expired']);
    assert.deepEqual(answer.rejectedLogEventsInfo, { expiredLogEventEndIndex: 1 });
  });
});

describe('CloudWatch Logs refuses', () => {
  it('names that are taken', async () => {
    const made = await withStreams('a');
    await assert.rejects(made.logs.send(new CreateLogGroupCommand({ logGroupName })), {
      name: 'ResourceAlreadyExistsException',
      message: 'The specified log group already exists',
    });
    await assert.rejects(made.logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName: 'a' })), {
      name: 'ResourceAlreadyExistsException',
      message: 'The specified log stream already exists',
    });
  });

  it('what is not there', async () => {
    const made = await withStreams();
    const noStream = { name: 'ResourceNotFoundException', message: 'The specified log stream does not exist.' };
    const noGroup = { name: 'ResourceNotFoundException', message: 'The specified log group does not exist.' };
    await assert.rejects(made.put('a', [0, 'x']), noStream);
    await assert.rejects(made.get('a'), noStream);
    await assert.rejects(made.filter({ logStreamNames: ['a'] }), noStream);
    await assert.rejects(made.logs.send(new DeleteLogStreamCommand({ logGroupName, logStreamName: 'a' })), noStream);
    await assert.rejects(made.streams({ logGroupName: '/none' }), noGroup);
    await assert.rejects(made.filter({ logGroupName: '/none' }), noGroup);
    await assert.rejects(made.logs.send(new DeleteLogGroupCommand({ logGroupName: '/none' })), noGroup);
  });

  it('what it does not understand', async () => {
    const made = await withStreams('a');
    const refusal = (message: string) => ({ name: 'InvalidParameterException', message });
    await assert.rejects(
      made.filter({ filterPattern: '{ $.level = "error" }' }),
      refusal(`Invalid filter pattern: only terms and "quoted phrases" are supported, not '{ $.level = "error" }'`),
    );
    await assert.rejects(made.get('a', { nextToken: 'x' }), refusal('The specified nextToken is invalid.'));
    await assert.rejects(made.filter({ nextToken: 'x' }), refusal('The specified nextToken is invalid.'));
    await assert.rejects(
      made.streams({ logStreamNamePrefix: 'a', orderBy: 'LastEventTime' }),
      refusal('Cannot order by LastEventTime with a logStreamNamePrefix.'),
    );
    await assert.rejects(made.logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 2 })), {
      name: 'InvalidParameterException',
    });
    await assert.rejects(
      made.put('a', [1, 'x'], [0, 'y']),
      refusal('Log events in a single PutLogEvents request must be in chronological order.'),
    );
  });
});
