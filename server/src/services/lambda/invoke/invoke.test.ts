import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { until } from '../../../../../examples/workflow/stage.ts';
import { openFunctionBench } from '../../../../../test/harness/functions.ts';
import { startPlatform } from '../../../../../test/harness/platform.ts';

const platform = await startPlatform();
const bench = await openFunctionBench(platform);
const logs = platform.client(CloudWatchLogsClient);
after(() => platform[Symbol.asyncDispose]());

/** The lines of a function's log, once there is one that matches. */
async function logOf(name: string, last: RegExp): Promise<string[]> {
  return until(`the log of ${name}`, async () => {
    const found = await logs
      .send(new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${name}` }))
      .catch(() => undefined);
    const lines = found?.events?.map(({ message = '' }) => message) ?? [];
    return lines.some((line) => last.test(line)) ? lines : undefined;
  });
}

describe('Invoke', () => {
  it('runs a Python function and writes its log between the platform’s lines', async () => {
    await bench.create(
      'hello',
      `
import json, os
print("importing")
def handler(event, context):
    print("got", json.dumps(event))
    return {"name": context.function_name, "event": event, "root": os.environ["LAMBDA_TASK_ROOT"], "memory": context.memory_limit_in_mb}
`,
    );
    const answer = await bench.invoke('hello', { a: 'ä' }, { LogType: 'Tail' });
    assert.deepEqual(answer.payload, { name: 'hello', event: { a: 'ä' }, root: '/var/task', memory: '128' });
    assert.deepEqual([answer.status, answer.error, answer.version], [200, undefined, '$LATEST']);
    assert.match(
      answer.log,
      /^START RequestId: [0-9a-f-]{36} Version: \$LATEST\ngot \{"a": "\\u00e4"\}\nEND RequestId/,
    );
    const lines = await logOf('hello', /^REPORT/);
    assert.match(
      lines[0] ?? '',
      /^INIT_START Runtime Version: python:3.11\tRuntime Version ARN: arn:aws:lambda:us-east-1::runtime:/,
    );
    assert.deepEqual(
      lines.slice(1).map((line) => line.replace(/[0-9a-f-]{36}/, 'ID').replace(/ms.*/s, 'ms')),
      [
        'importing\n',
        'START RequestId: ID Version: $LATEST\n',
        'got {"a": "\\u00e4"}\n',
        'END RequestId: ID\n',
        lines[5]?.replace(/[0-9a-f-]{36}/, 'ID').replace(/ms.*/s, 'ms') ?? '',
      ],
    );
    assert.match(
      lines[5] ?? '',
      /^REPORT RequestId: \S+\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: \d+ MB\tInit Duration: [\d.]+ ms\t\n$/,
    );
  });
});
