import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CreateEndpointCommand } from '@aws-sdk/client-sagemaker';
import {
  InvokeEndpointCommand,
  type InvokeEndpointCommandInput,
  InvokeEndpointWithResponseStreamCommand,
} from '@aws-sdk/client-sagemaker-runtime';
import { until } from '../../../../examples/workflow/stage.ts';
import { startPlatform, type TestPlatform } from '../../../../test/harness/platform.ts';
import { openWorkbench, replicaPids, type Workbench } from '../../../../test/harness/workbench.ts';

let platform: TestPlatform;
let bench: Workbench;
/** The model's answers to these two rows. */
const rows = ['4,1', '0,2'];
let scores: number[] = [];

before(async () => {
  platform = await startPlatform();
  bench = await openWorkbench(platform);
  const job = await bench.train('base');
  await bench.createModel('base', job.ModelArtifacts?.S3ModelArtifacts);
  await bench.createConfig('base', 'base');
  await bench.deploy('base', 'base');
  scores = await Promise.all(rows.map(async (row) => Number(await bench.predict('base', row))));
  assert.notEqual(scores[0], scores[1]);
});
after(async () => {
  await bench.withdraw();
  await platform[Symbol.asyncDispose]();
});

async function ask(changes: Partial<InvokeEndpointCommandInput>) {
  const request = { EndpointName: 'base', ContentType: 'text/csv', Body: rows.join('\n'), ...changes };
  const answer = await bench.runtime.send(new InvokeEndpointCommand(request));
  // For no bytes the SDK gives no body, whatever its type says.
  return { ...answer, text: answer.Body?.transformToString() ?? '' };
}
const lines = (text: string) => text.trim().split('\n').map(Number);

describe('InvokeEndpoint', () => {
  it('answers text/csv, a line a row, and says which variant did', async () => {
    const answer = await ask({});
    assert.deepEqual(lines(answer.text), scores);
    assert.deepEqual([answer.ContentType, answer.InvokedProductionVariant], ['text/csv; charset=utf-8', 'AllTraffic']);
  });

  for (const [type, body] of [
    ['text/csv; charset=utf-8', '4,1\n0,2\n'],
    ['text/libsvm', '0:4 1:1\n0:0 1:2'],
    ['text/x-libsvm', '0 0:4 1:1\n0 0:0 1:2'],
    ['application/json', '{"instances": [[4, 1], [0, 2]]}'],
    ['application/json', '{"instances": [{"features": [4, 1]}, {"features": [0, 2]}]}'],
  ] as const) {
    it(`read ${type}: ${body.replaceAll('\n', ' ')}`, async () =>
      assert.deepEqual(lines((await ask({ ContentType: type, Body: body })).text), scores));
  }

  it('reads {"features": […]}', async () => {
    const answer = await ask({ ContentType: 'application/json', Body: '{"features": [4, 1]}' });
    assert.deepEqual(lines(answer.text), [scores[0]]);
  });

  it('answers in the form that is accepted', async () => {
    const json = await ask({ Accept: 'application/json' });
    assert.equal(json.ContentType, 'application/json');
    assert.deepEqual(JSON.parse(json.text), { predictions: scores.map((score) => ({ score })) });
    for (const Accept of ['text/csv', '*/*', undefined]) {
      assert.equal((await ask({ Accept })).ContentType, 'text/csv; charset=utf-8');
    }
  });

  it('answers many callers at once, each with its own', async () => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, async (_, i) => (await ask({ Body: rows[i % 2] })).text),
    );
    assert.deepEqual(
      answers.map(Number),
      answers.map((_, i) => scores[i % 2]),
    );
  });

  it('answers megabytes', async () => {
    const count = 300_000;
    const answer = await ask({ Body: `${rows[0]}\n`.repeat(count) });
    assert.deepEqual(new Set(lines(answer.text)), new Set([scores[0]]));
    assert.equal(lines(answer.text).length, count);
  });

  it('answers nothing to nothing', async () => {
    assert.equal((await ask({ Body: '' })).text, '');
    assert.equal((await ask({ Body: undefined })).text, '');
  });
});

describe('InvokeEndpoint refuses', () => {
  const modelError = (status: number, message: string) => (error: Error & Record<string, unknown>) => {
    assert.equal(error.name, 'ModelError');
    assert.equal((error.$metadata as { httpStatusCode: number }).httpStatusCode, 424);
    assert.equal(
      error.message,
      `Received client error (${status}) from primary with message "${message}". See log group /aws/sagemaker/Endpoints/base in account 000000000000 for more information.`,
    );
    assert.deepEqual(
      [error.OriginalStatusCode, error.OriginalMessage, error.LogStreamArn],
      [status, message, 'arn:aws:logs:us-east-1:000000000000:log-group:/aws/sagemaker/Endpoints/base'],
    );
    return true;
  };

  for (const [what, changes, status, message] of [
    ['too many features', { Body: '1,2,3' }, 400, 'Unable to evaluate payload provided: Feature size of csv inference data 3 is not consistent with feature size of trained model 2.'],
    ['too few features', { Body: '1' }, 400, 'Unable to evaluate payload provided: Feature size of csv inference data 1 is not consistent with feature size of trained model 2.'],
    ['too many features in JSON', { ContentType: 'application/json', Body: '{"features":[1,2,3]}' }, 400, 'Unable to evaluate payload provided: Feature size of json inference data 3 is not consistent with feature size of trained model 2.'],
    ['a feature beyond the model’s', { ContentType: 'text/libsvm', Body: '2:1' }, 400, 'Unable to evaluate payload provided: Feature size of libsvm inference data 3 is larger than feature size of trained model 2.'],
    ['another content type', { ContentType: 'image/png' }, 415, 'image/png is not an accepted ContentType: csv, text/csv, libsvm, text/libsvm, text/x-libsvm, application/json.'],
    ['another accepted type', { Accept: 'image/png' }, 406, "Accept type image/png is not supported. Please use supported accept types: ['application/json', 'text/csv']."],
  ] as [string, Partial<InvokeEndpointCommandInput>, number, string][]) {
    it(`${what}; the endpoint lives on`, async () => {
      await assert.rejects(ask(changes), modelError(status, message));
      assert.deepEqual(lines((await ask({})).text), scores);
    });
  } // biome-ignore format: a table

  it('endpoints that are not there, or not in service', async () => {
    const missing = (name: string) => ({
      name: 'ValidationError',
      message: `Endpoint ${name} of account 000000000000 not found.`,
    });
    await assert.rejects(ask({ EndpointName: 'nobody' }), missing('nobody'));
    await bench.sagemaker.send(new CreateEndpointCommand({ EndpointName: 'early', EndpointConfigName: 'base' }));
    await assert.rejects(ask({ EndpointName: 'early' }), missing('early'));
    await bench.endpointWhen('early', 'InService');
    assert.deepEqual(lines((await ask({ EndpointName: 'early' })).text), scores);
  });

  it('more than 6 MB', async () => {
    const limit = 6 * 1024 * 1024;
    await assert.rejects(ask({ Body: 'x'.repeat(limit + 1) }), {
      name: 'RequestEntityTooLargeException',
      message: 'Request size exceeded the limit.',
    });
    // As much as is allowed reaches the model.
    await assert.rejects(ask({ Body: 'x'.repeat(limit) }), { name: 'ModelError' });
    assert.deepEqual(lines((await ask({})).text), scores);
  });

  for (const [what, changes, message] of [
    [
      'a content type without end',
      { ContentType: `text/csv; x=${'y'.repeat(255)}` },
      'ContentType is longer than 255 bytes.',
    ],
    ['a variant that is not there', { TargetVariant: 'third' }, 'Variant third not found for endpoint base.'],
    ['a model of a multi-model endpoint', { TargetModel: 'a.tar.gz' }, 'TargetModel is not supported by Clary yet.'],
    ['sessions', { SessionId: 'NEW_SESSION' }, 'SessionId is not supported by Clary yet.'],
    ['explanations', { EnableExplanations: '`true`' }, 'EnableExplanations is not supported by Clary yet.'],
  ] as const) {
    it(what, () => assert.rejects(ask(changes), { name: 'ValidationError', message }));
  }

  it('a streamed answer, by its name', () =>
    assert.rejects(
      bench.runtime.send(new InvokeEndpointWithResponseStreamCommand({ EndpointName: 'base', Body: '1,2' })),
      { message: 'InvokeEndpointWithResponseStream of sagemaker-runtime is not implemented by Clary.' },
    ));
});

describe('InvokeEndpoint survives', () => {
  it('the death of the model’s process: 503 at most, then the same answers', async () => {
    const dead = await replicaPids(platform);
    for (const pid of dead) process.kill(pid, 'SIGKILL');
    await until('an answer of a new process', async () => {
      const [answer] = await Promise.allSettled([ask({})]);
      if (answer.status === 'rejected') {
        assert.equal(answer.reason.name, 'ServiceUnavailable');
        assert.equal(
          answer.reason.message,
          'No instance of variant AllTraffic of endpoint base answers at this moment. Please retry.',
        );
        return undefined;
      }
      assert.deepEqual(lines(answer.value.text), scores);
      const pids = await replicaPids(platform);
      return pids.some((pid) => dead.includes(pid)) ? undefined : true;
    });
  });

  it('callers who leave', async () => {
    const body = `${rows[0]}\n`.repeat(200_000);
    const leaving = Array.from({ length: 4 }, () => {
      const controller = new AbortController();
      const sent = bench.runtime.send(
        new InvokeEndpointCommand({ EndpointName: 'base', ContentType: 'text/csv', Body: body }),
        { abortSignal: controller.signal },
      );
      setImmediate(() => controller.abort());
      return assert.rejects(sent, { name: 'AbortError' });
    });
    await Promise.all(leaving);
    assert.deepEqual(lines((await ask({})).text), scores);
  });
});
