import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { link, openFunctionBench, zipOf } from '../../../../../test/harness/functions.ts';
import { startPlatform } from '../../../../../test/harness/platform.ts';
import { allow, makeUser } from '../../../../../test/harness/user.ts';

const platform = await startPlatform();
const bench = await openFunctionBench(platform);
after(() => platform[Symbol.asyncDispose]());

const body = (text: string) => `def handler(event, context):\n    ${text}\n`;

describe('a function that fails', () => {
  it('by an exception: the error is described, and the next call works', async () => {
    await bench.create('raises', 'def handler(event, context):\n    return 1 / event["by"]\n');
    const { payload, error } = await bench.invoke('raises', { by: 0 });
    assert.equal(error, 'Unhandled');
    const { errorType, errorMessage } = payload as { errorType: string; errorMessage: string };
    assert.deepEqual([errorType, errorMessage], ['ZeroDivisionError', 'division by zero']);
    assert.equal((await bench.invoke('raises', { by: 1 })).payload, 1);
  });

  it('by its time limit', async () => {
    await bench.create(
      'slow',
      'import time\ndef handler(event, context):\n    time.sleep(event["s"])\n    return "done"\n',
      {
        Timeout: 1,
      },
    );
    const { payload, error } = await bench.invoke('slow', { s: 60 });
    assert.equal(error, 'Unhandled');
    const { errorType, errorMessage } = payload as { errorType: string; errorMessage: string };
    assert.equal(errorType, 'Sandbox.Timedout');
    assert.match(errorMessage, /^RequestId: [0-9a-f-]{36} Error: Task timed out after 1\.00 seconds$/);
    assert.equal((await bench.invoke('slow', { s: 0 })).payload, 'done');
  });

  it('by ending its process', async () => {
    await bench.create('exits', `import os\n${body('os._exit(3)')}`);
    const { payload, error } = await bench.invoke('exits');
    assert.equal(error, 'Unhandled');
    assert.match((payload as { errorMessage: string }).errorMessage, /Runtime exited with error: exit status 3$/);
  });

  it('by more output on disk than its ephemeral storage', async () => {
    await bench.create('fills', body('open("/tmp/big", "wb").write(b"x" * (700 << 20))'), {
      Timeout: 30,
      MemorySize: 1024,
    });
    assert.equal((await bench.invoke('fills')).error, 'Unhandled');
  });

  it('in reading files of the machine, which it does not see', async () => {
    await bench.create('reads', body('return open(event["path"]).read()'));
    const { error } = await bench.invoke('reads', { path: `${platform.dataDir}/platform.key` });
    assert.equal(error, 'Unhandled');
  });
});

describe('a function is refused', () => {
  it('with a link out of its archive', async () => {
    const Code = { ZipFile: zipOf({ name: 'main.py', text: body('return 1') }, link('out', '/etc/passwd')) };
    await assert.rejects(bench.create('links', '', { Code }), { name: 'InvalidParameterValueException' });
  });

  it('with a runtime that is not built', async () => {
    await assert.rejects(bench.create('node', '', { Runtime: 'nodejs22.x' }), {
      name: 'InvalidParameterValueException',
      message: /^The runtime nodejs22\.x is not supported by Clary yet\. It runs python3\.8, /,
    });
  });

  it('to callers without the permission to invoke it', async () => {
    const user = await makeUser(platform, 'caller');
    const lambda = platform.client(LambdaClient, { credentials: user.credentials });
    const call = () => lambda.send(new InvokeCommand({ FunctionName: 'raises', Payload: '{"by": 1}' }));
    await assert.rejects(call(), { name: 'AccessDeniedException' });
    const { IAMClient, PutUserPolicyCommand } = await import('@aws-sdk/client-iam');
    const PolicyDocument = allow('lambda:InvokeFunction', 'arn:aws:lambda:*:*:function:raises');
    await platform
      .client(IAMClient)
      .send(new PutUserPolicyCommand({ UserName: 'caller', PolicyName: 'own', PolicyDocument }));
    assert.equal((await call()).Payload?.transformToString(), '1.0');
  });
});
