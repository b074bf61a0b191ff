import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { DescribeEndpointCommand, UpdateEndpointCommand } from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand, type InvokeEndpointCommandInput } from '@aws-sdk/client-sagemaker-runtime';
import { until } from '../../../../examples/workflow/stage.ts';
import { startPlatform, type TestPlatform } from '../../../../test/harness/platform.ts';
import { bucket, openWorkbench, type Workbench } from '../../../../test/harness/workbench.ts';
import type { CaptureRoute } from '../../serving/routing-table.ts';
import { captureLine } from './data-capture.ts';

let platform: TestPlatform;
let bench: Workbench;

before(async () => {
  platform = await startPlatform();
  bench = await openWorkbench(platform);
  const job = await bench.train('base');
  await bench.createModel('base', job.ModelArtifacts?.S3ModelArtifacts);
});
after(async () => {
  await bench.withdraw();
  await platform[Symbol.asyncDispose]();
});

const everything = {
  InitialSamplingPercentage: 100,
  CaptureOptions: [{ CaptureMode: 'Input' as const }, { CaptureMode: 'Output' as const }],
  CaptureContentTypeHeader: { CsvContentTypes: ['text/csv'], JsonContentTypes: ['application/json'] },
};

/** An endpoint of the same name as its configuration, capturing below `captured-<name>`. */
async function deploy(name: string, capture: object = {}) {
  const DataCaptureConfig = { ...everything, DestinationS3Uri: `s3://${bucket}/captured-${name}`, ...capture };
  await bench.createConfig(name, 'base', { DataCaptureConfig });
  return bench.deploy(name, name);
}

const ask = (EndpointName: string, changes: Partial<InvokeEndpointCommandInput> = {}) =>
  bench.runtime.send(new InvokeEndpointCommand({ EndpointName, ContentType: 'text/csv', Body: '4,1', ...changes }));

async function files(name: string): Promise<string[]> {
  const list = new ListObjectsV2Command({ Bucket: bucket, Prefix: `captured-${name}/` });
  return ((await bench.s3.send(list)).Contents ?? []).map((object) => object.Key ?? '');
}

async function records(name: string) {
  const texts = await Promise.all(
    (await files(name)).map(async (key) => Buffer.from(await bench.read(key)).toString()),
  );
  return texts.flatMap((text) => {
    assert.ok(text.endsWith('\n'));
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  });
}

const captured = (name: string, count: number) =>
  until(`${count} captured requests`, async () => {
    const found = await records(name);
    return found.length >= count ? found : undefined;
  });

describe('data capture', () => {
  it('writes what was asked and answered where AWS writes it, as AWS writes it', async () => {
    const endpoint = await deploy('full');
    assert.deepEqual(endpoint.DataCaptureConfig, {
      EnableCapture: true,
      CaptureStatus: 'Started',
      CurrentSamplingPercentage: 100,
      DestinationS3Uri: `s3://${bucket}/captured-full`,
      KmsKeyId: '',
    });
    const started = Date.now() - 1000;
    const answer = await ask('full', { InferenceId: 'order-7', CustomAttributes: 'trace=1' });
    const [record] = await captured('full', 1);
    const { eventId, inferenceTime } = record.eventMetadata;
    assert.match(eventId, /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
    assert.match(inferenceTime, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.ok(Date.parse(inferenceTime) >= started - 1000 && Date.parse(inferenceTime) <= Date.now());
    assert.deepEqual(record, {
      captureData: {
        endpointInput: { observedContentType: 'text/csv', mode: 'INPUT', data: '4,1', encoding: 'CSV' },
        endpointOutput: {
          observedContentType: 'text/csv; charset=utf-8',
          mode: 'OUTPUT',
          data: answer.Body.transformToString(),
          encoding: 'CSV',
        },
      },
      eventMetadata: { eventId, customAttributes: ['trace=1'], inferenceId: 'order-7', inferenceTime },
      eventVersion: '0',
    });
    const [key = ''] = await files('full');
    const uuid = '[\\da-f]{8}(?:-[\\da-f]{4}){3}-[\\da-f]{12}';
    const path = new RegExp(
      `^captured-full/full/AllTraffic/(\\d{4}/\\d\\d/\\d\\d/\\d\\d)/\\d\\d-\\d\\d-\\d{3}-${uuid}\\.jsonl$`,
    );
    assert.equal(path.exec(key)?.[1], inferenceTime.slice(0, 13).replace(/[-T]/g, '/'));
  });

  it('writes each request once, many in a file', async () => {
    await deploy('many');
    const bodies = Array.from({ length: 50 }, (_, i) => `${i},1`);
    await Promise.all(bodies.map((Body) => ask('many', { Body })));
    const found = await captured('many', bodies.length);
    assert.deepEqual(found.map((record) => record.captureData.endpointInput.data).toSorted(), bodies.toSorted());
    assert.equal(new Set(found.map((record) => record.eventMetadata.eventId)).size, bodies.length);
    assert.ok((await files('many')).length < bodies.length);
  });

  it('encodes by the configured content types: JSON as it is, the rest in base64', async () => {
    await deploy('types', { CaptureContentTypeHeader: { JsonContentTypes: ['application/json'] } });
    const body = '{"features": [4, 1]}';
    await ask('types', { ContentType: 'application/json', Accept: 'application/json', Body: body });
    const [json] = await captured('types', 1);
    assert.deepEqual(json.captureData.endpointInput, {
      observedContentType: 'application/json',
      mode: 'INPUT',
      data: body,
      encoding: 'JSON',
    });
    assert.equal(json.captureData.endpointOutput.encoding, 'JSON');
    await ask('types');
    const csv = (await captured('types', 2)).find((one) => one.captureData.endpointInput.encoding === 'BASE64');
    assert.equal(csv.captureData.endpointInput.data, Buffer.from('4,1').toString('base64'));
  });

  it('captures one side only, and is enabled by default', async () => {
    const endpoint = await deploy('input', { CaptureOptions: [{ CaptureMode: 'Input' }], EnableCapture: undefined });
    assert.equal(endpoint.DataCaptureConfig?.EnableCapture, true);
    await ask('input');
    const [record] = await captured('input', 1);
    assert.deepEqual(Object.keys(record.captureData), ['endpointInput']);
  });

  it('samples: none, some and all', async () => {
    for (const [name, percentage] of [
      ['none', 0],
      ['some', 50],
    ] as const) {
      await deploy(name, { InitialSamplingPercentage: percentage });
    }
    const count = 300;
    for (const name of ['none', 'some']) {
      const rows = Array.from({ length: count }, (_, i) => ask(name, { Body: `${i},1` }));
      await Promise.all(rows);
    }
    // The last word is one that is captured for certain: what came before it is then written, too.
    await bench.createConfig('all', 'base', {
      DataCaptureConfig: { ...everything, DestinationS3Uri: `s3://${bucket}/captured-all` },
    });
    for (const EndpointName of ['none', 'some']) {
      await bench.sagemaker.send(new UpdateEndpointCommand({ EndpointName, EndpointConfigName: 'all' }));
      await bench.endpointWhen(EndpointName, 'InService');
      await ask(EndpointName, { Body: '999,9' });
    }
    await captured('all', 2);
    assert.deepEqual(await records('none'), []);
    const share = (await records('some')).length / count;
    // Seven standard deviations around a half.
    assert.ok(share > 0.3 && share < 0.7, String(share));
  });
});

describe('data capture refuses', () => {
  it('what the model did not answer, and what is switched off', async () => {
    const endpoint = await deploy('off', { EnableCapture: false });
    assert.deepEqual(
      [endpoint.DataCaptureConfig?.EnableCapture, endpoint.DataCaptureConfig?.CaptureStatus],
      [false, 'Stopped'],
    );
    await ask('off');
    await deploy('errors');
    await assert.rejects(ask('errors', { Body: '1,2,3' }), { name: 'ModelError' });
    await ask('errors');
    assert.equal((await captured('errors', 1)).length, 1);
    assert.deepEqual(await files('off'), []);
  });
});

describe('data capture survives', () => {
  it('a bucket that is not there: predictions go on', async () => {
    await deploy('lost', { DestinationS3Uri: 's3://no-such-bucket-here/captured' });
    for (let i = 0; i < 5; i++) await ask('lost');
    const { EndpointStatus } = await bench.sagemaker.send(new DescribeEndpointCommand({ EndpointName: 'lost' }));
    assert.equal(EndpointStatus, 'InService');
  });

  it('bytes that are no text, in base64 byte for byte', () => {
    const capture: CaptureRoute = {
      destinationS3Uri: 's3://b/p',
      samplingPercentage: 100,
      input: true,
      output: true,
      csvContentTypes: ['text/csv'],
      jsonContentTypes: [],
    };
    // A view into the middle of a larger buffer, as bodies are.
    const bytes = new Uint8Array(300).map((_, i) => i).subarray(20, 280);
    const record = JSON.parse(
      captureLine(
        capture,
        { body: bytes, contentType: 'application/octet-stream', accept: '*/*' },
        { status: 200, contentType: 'TEXT/CSV; charset=utf-8', body: Buffer.from('0.5\n') },
        undefined,
        new Date('2026-02-03T04:05:06.789Z'),
      ),
    );
    assert.deepEqual(Buffer.from(record.captureData.endpointInput.data, 'base64'), Buffer.from(bytes));
    assert.deepEqual(
      [record.captureData.endpointOutput.encoding, record.captureData.endpointOutput.data],
      ['CSV', '0.5\n'],
    );
    assert.deepEqual(Object.keys(record.eventMetadata), ['eventId', 'inferenceTime']);
    assert.equal(record.eventMetadata.inferenceTime, '2026-02-03T04:05:06Z');
  });
});
