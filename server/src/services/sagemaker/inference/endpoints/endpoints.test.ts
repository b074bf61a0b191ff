import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import {
  CreateEndpointCommand,
  type CreateEndpointCommandInput,
  CreateModelCommand,
  CreateModelPackageCommand,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DescribeEndpointCommand,
  paginateListEndpoints,
  UpdateEndpointCommand,
} from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand } from '@aws-sdk/client-sagemaker-runtime';
import { until } from '../../../../../../examples/workflow/stage.ts';
import { startPlatform, type TestPlatform } from '../../../../../../test/harness/platform.ts';
import {
  bucket,
  image,
  openWorkbench,
  replicaPids,
  variant,
  type Workbench,
} from '../../../../../../test/harness/workbench.ts';
import { createTarGz } from '../../../../engine/archive.ts';

let platform: TestPlatform;
let bench: Workbench;
const arnOf = (name: string) => `arn:aws:sagemaker:us-east-1:000000000000:endpoint/${name}`;
const configArn = (name: string) => `arn:aws:sagemaker:us-east-1:000000000000:endpoint-config/${name}`;

async function artifactOf(model: string | Uint8Array): Promise<Uint8Array> {
  const dir = await mkdtemp(join(tmpdir(), 'clary-artifact-'));
  await writeFile(join(dir, 'xgboost-model'), model);
  const bytes = await buffer(createTarGz(dir));
  await rm(dir, { recursive: true });
  return bytes;
}

/** Ahead of the real time by so many milliseconds. */
let ahead = 0;
const clock = { now: () => new Date(Date.now() + ahead) };

before(async () => {
  platform = await startPlatform({ clock });
  bench = await openWorkbench(platform);
  const trained = await bench.train('base');
  const other = await bench.train('other', { HyperParameters: { num_round: '9' } });
  await bench.put('broken/model.tar.gz', await artifactOf('this is no model'));
  await bench.createModel('base', trained.ModelArtifacts?.S3ModelArtifacts);
  await bench.createModel('other', other.ModelArtifacts?.S3ModelArtifacts);
  await bench.createModel('broken', `s3://${bucket}/broken/model.tar.gz`);
  for (const name of ['base', 'other', 'broken']) await bench.createConfig(name, name);
});
after(async () => {
  await bench.withdraw();
  await platform[Symbol.asyncDispose]();
});

const create = (name: string, changes: Partial<CreateEndpointCommandInput> = {}) =>
  bench.sagemaker.send(new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: 'base', ...changes }));
const describeEndpoint = (name: string) => bench.sagemaker.send(new DescribeEndpointCommand({ EndpointName: name }));
const update = (name: string, config: string) =>
  bench.sagemaker.send(new UpdateEndpointCommand({ EndpointName: name, EndpointConfigName: config }));
const remove = (name: string) => bench.sagemaker.send(new DeleteEndpointCommand({ EndpointName: name }));
const validation = (message: string | RegExp) => ({ name: 'ValidationException', message });
const missing = (name: string) => validation(`Could not find endpoint "${arnOf(name)}".`);
const gone = (name: string) =>
  until(`the end of ${name}`, () =>
    describeEndpoint(name).then(
      () => undefined,
      (error: Error) => {
        assert.equal(error.message, missing(name).message);
        return true;
      },
    ),
  );

describe('endpoints', () => {
  it('come into service, answer, and end with their processes', async () => {
    const { EndpointArn: arn } = await create('plain');
    assert.equal(arn, arnOf('plain'));
    const creating = await describeEndpoint('plain');
    assert.deepEqual([creating.EndpointStatus, creating.EndpointConfigName], ['Creating', 'base']);
    assert.equal(creating.ProductionVariants, undefined);
    const endpoint = await bench.endpointWhen('plain', 'InService', 'Failed');
    assert.equal(endpoint.EndpointStatus, 'InService', endpoint.FailureReason);
    assert.deepEqual(endpoint.ProductionVariants, [
      {
        VariantName: 'AllTraffic',
        CurrentWeight: 1,
        DesiredWeight: 1,
        CurrentInstanceCount: 1,
        DesiredInstanceCount: 1,
      },
    ]);
    assert.ok(endpoint.CreationTime && endpoint.LastModifiedTime && endpoint.CreationTime <= endpoint.LastModifiedTime);
    assert.ok(Number.isFinite(Number(await bench.predict('plain'))));
    const pids = await replicaPids(platform);
    assert.equal(pids.length, 1);
    await remove('plain');
    await gone('plain');
    assert.deepEqual(await replicaPids(platform), []);
    await assert.rejects(bench.predict('plain'), {
      name: 'ValidationError',
      message: 'Endpoint plain of account 000000000000 not found.',
    });
    assert.equal((await bench.deploy('plain', 'base')).EndpointStatus, 'InService');
  });

  it('serves several variants by weight and by name', async () => {
    await bench.createConfig('two', 'base', {
      ProductionVariants: [variant('base', 'base', { InitialVariantWeight: 0 }), variant('other', 'other')],
    });
    const endpoint = await bench.deploy('two', 'two');
    assert.deepEqual(
      endpoint.ProductionVariants?.map((one) => [one.VariantName, one.CurrentWeight, one.CurrentInstanceCount]),
      [
        ['base', 0, 1],
        ['other', 1, 1],
      ],
    );
    const ask = (TargetVariant?: string) =>
      bench.runtime.send(
        new InvokeEndpointCommand({ EndpointName: 'two', ContentType: 'text/csv', Body: '4,1', TargetVariant }),
      );
    for (let i = 0; i < 20; i++) assert.equal((await ask()).InvokedProductionVariant, 'other');
    const named = await ask('base');
    assert.equal(named.InvokedProductionVariant, 'base');
    assert.notEqual(named.Body.transformToString(), (await ask()).Body.transformToString());
    await assert.rejects(ask('third'), {
      name: 'ValidationError',
      message: 'Variant third not found for endpoint two.',
    });
  });

  it('swaps their configuration without a failed invocation', async () => {
    await bench.deploy('swap', 'base');
    // Many rows keep a replica busy long enough to be met in the middle of an answer.
    const rows = Array.from({ length: 20_000 }, () => '4,1').join('\n');
    const [before, expected] = [await bench.predict('swap', rows), await bench.predict('two', rows)];
    assert.notEqual(before, expected);
    const answers: string[] = [];
    let swapping = true;
    const callers = Array.from({ length: 6 }, async () => {
      while (swapping) answers.push(await bench.predict('swap', rows));
    });
    try {
      const { EndpointArn: arn } = await update('swap', 'other');
      assert.equal(arn, arnOf('swap'));
      assert.equal((await describeEndpoint('swap')).EndpointConfigName, 'base');
      const endpoint = await bench.endpointWhen('swap', 'InService');
      assert.equal(endpoint.EndpointConfigName, 'other');
      await until('the end of the old process', async () =>
        (await replicaPids(platform)).length === 4 ? true : undefined,
      );
    } finally {
      swapping = false;
      await Promise.all(callers);
    }
    assert.deepEqual(new Set(answers), new Set([before, expected]));
    assert.equal(await bench.predict('swap', rows), expected);
  });

  it('rolls back to what served when an update fails', async () => {
    await bench.deploy('back', 'base');
    const answer = await bench.predict('back');
    await update('back', 'broken');
    const endpoint = await until('the end of the update', async () => {
      const now = await describeEndpoint('back');
      return now.EndpointStatus === 'Updating' ? undefined : now;
    });
    assert.deepEqual([endpoint.EndpointStatus, endpoint.EndpointConfigName], ['InService', 'base']);
    assert.match(endpoint.FailureReason ?? '', /did not pass the ping health check/);
    assert.equal(await bench.predict('back'), answer);
    await update('back', 'other');
    const mended = await bench.endpointWhen('back', 'InService');
    assert.deepEqual([mended.EndpointConfigName, mended.FailureReason], ['other', undefined]);
  });

  it('can be deleted in the order of the SageMaker SDK 2.x: model, configuration, endpoint', async () => {
    await bench.createModel('leaving', (await bench.train('leaving')).ModelArtifacts?.S3ModelArtifacts);
    await bench.createConfig('leaving', 'leaving');
    await bench.deploy('leaving', 'leaving');
    const answer = await bench.predict('leaving');
    await bench.sagemaker.send(new DeleteModelCommand({ ModelName: 'leaving' }));
    await bench.sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: 'leaving' }));
    const endpoint = await describeEndpoint('leaving');
    assert.deepEqual([endpoint.EndpointStatus, endpoint.EndpointConfigName], ['InService', 'leaving']);
    assert.equal(endpoint.ProductionVariants?.[0]?.CurrentInstanceCount, 1);
    assert.equal(await bench.predict('leaving'), answer);
    await remove('leaving');
    await gone('leaving');
  });

  it('keeps serving while an update’s configuration is deleted, and after', async () => {
    await bench.createConfig('first', 'base');
    await bench.deploy('moving', 'first');
    const before = await bench.predict('moving');
    for (const model of ['other', 'base']) {
      await bench.sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: 'first' }));
      // The same name, another content: the old copy and the new one must not be mistaken for each other.
      await bench.createConfig('first', model);
      await update('moving', 'first');
      await bench.sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: 'first' }));
      const endpoint = await until('the end of the update', async () => {
        const now = await describeEndpoint('moving');
        return now.EndpointStatus === 'Updating' ? undefined : now;
      });
      assert.deepEqual([endpoint.EndpointStatus, endpoint.FailureReason], ['InService', undefined]);
      assert.equal((await bench.predict('moving')) === before, model === 'base');
      await bench.createConfig('first', model);
    }
    await remove('moving');
    await gone('moving');
  });

  it('serves what AWS’s older containers saved, once its registration was checked: the binary format and a pickle', async () => {
    const observed = new URL('../../../../../../runtime/testdata/old-models.json', import.meta.url);
    const [, , { rows, models }] = JSON.parse(await readFile(observed, 'utf8'));
    const [{ predictions, ...files }] = models;
    for (const form of ['binary', 'pickle']) {
      await bench.put(`${form}/model.tar.gz`, await artifactOf(Buffer.from(files[form], 'base64')));
      const Containers = [{ Image: image, ModelDataUrl: `s3://${bucket}/${form}/model.tar.gz` }];
      await bench.sagemaker.send(
        new CreateModelPackageCommand({
          ModelPackageName: form,
          InferenceSpecification: { Containers },
          ModelApprovalStatus: 'Approved',
        }),
      );
      await bench.sagemaker.send(
        new CreateModelCommand({
          ModelName: form,
          ExecutionRoleArn: bench.roleArn,
          PrimaryContainer: { ModelPackageName: form },
        }),
      );
      await bench.createConfig(form, form);
      const endpoint = await bench.deploy(form, form);
      assert.equal(endpoint.EndpointStatus, 'InService', endpoint.FailureReason);
      const [row] = rows;
      const answer = Number(await bench.predict(form, row.map((value: number | null) => value ?? '').join(',')));
      assert.ok(Math.abs(answer - predictions[0]) < 1e-5, `${answer} is not ${predictions[0]}`);
      await remove(form);
      await gone(form);
    }
  });

  it('lists: filters, order and pages', async () => {
    for (const name of ['list-b', 'list-c', 'list-a']) await create(name, { EndpointConfigName: 'broken' });
    for (const name of ['list-b', 'list-c', 'list-a']) await bench.endpointWhen(name, 'Failed');
    const list = async (asked: object) => {
      const names: string[][] = [];
      for await (const page of paginateListEndpoints(
        { client: bench.sagemaker, pageSize: 2 },
        { NameContains: 'list-', ...asked },
      )) {
        names.push((page.Endpoints ?? []).map((endpoint) => endpoint.EndpointName ?? ''));
      }
      return names;
    };
    assert.deepEqual(await list({}), [['list-a', 'list-c'], ['list-b']]);
    assert.deepEqual(await list({ SortOrder: 'Ascending' }), [['list-b', 'list-c'], ['list-a']]);
    assert.deepEqual(await list({ SortBy: 'Name', SortOrder: 'Ascending' }), [['list-a', 'list-b'], ['list-c']]);
    assert.deepEqual((await list({ StatusEquals: 'Failed' })).flat().length, 3);
    assert.deepEqual((await list({ StatusEquals: 'InService' })).flat(), []);
    const { CreationTime: time, LastModifiedTime: modified } = await describeEndpoint('list-c');
    assert.deepEqual((await list({ CreationTimeAfter: time })).flat(), ['list-a', 'list-c']);
    assert.deepEqual((await list({ CreationTimeBefore: time })).flat(), ['list-c', 'list-b']);
    assert.ok((await list({ LastModifiedTimeAfter: modified })).flat().includes('list-c'));
    assert.deepEqual(await list({ LastModifiedTimeBefore: time, CreationTimeAfter: time }), [[]]);
  });
});

describe('endpoints refuse', () => {
  it('a name that is taken', async () => {
    await create('taken', { EndpointConfigName: 'broken' });
    await assert.rejects(create('taken'), validation(`Cannot create already existing endpoint "${arnOf('taken')}".`));
  });

  it('endpoints and configurations that are not there', async () => {
    const noConfig = validation(`Could not find endpoint configuration "${configArn('nobody')}".`);
    await assert.rejects(create('nobody', { EndpointConfigName: 'nobody' }), noConfig);
    await assert.rejects(update('nobody', 'nobody'), noConfig);
    await assert.rejects(update('nobody', 'base'), missing('nobody'));
    await assert.rejects(describeEndpoint('nobody'), missing('nobody'));
    await assert.rejects(remove('nobody'), missing('nobody'));
  });

  it('a rollout that is not built', () =>
    assert.rejects(
      create('rollout', { DeploymentConfig: { BlueGreenUpdatePolicy: undefined } }),
      validation('DeploymentConfig is not supported by Clary yet.'),
    ));

  it('to change what is not in service', async () => {
    await create('early');
    await assert.rejects(
      update('early', 'other'),
      validation(`Cannot update in-progress endpoint "${arnOf('early')}" (Creating).`),
    );
    await assert.rejects(bench.predict('early'), {
      name: 'ValidationError',
      message: 'Endpoint early of account 000000000000 not found.',
    });
  });

  it('a model that cannot be loaded: Failed, and why', async () => {
    const endpoint = await bench.deploy('failed', 'broken');
    assert.equal(endpoint.EndpointStatus, 'Failed');
    assert.match(
      endpoint.FailureReason ?? '',
      /^The primary container for production variant AllTraffic did not pass the ping health check\. Please check CloudWatch logs for this endpoint\. \(Unable to load model: .+\)$/s,
    );
    await remove('failed');
    await gone('failed');
  });

  it('a model or an artifact that was deleted: Failed, with the reason', async () => {
    await bench.put('text/model.tar.gz', 'this is no archive');
    await bench.createModel('text', `s3://${bucket}/text/model.tar.gz`);
    await bench.createConfig('text', 'text');
    const noArchive = await bench.deploy('text', 'text');
    assert.equal(noArchive.EndpointStatus, 'Failed');
    assert.match(noArchive.FailureReason ?? '', /^The model of variant AllTraffic could not be prepared: /);
    await bench.sagemaker.send(new DeleteModelCommand({ ModelName: 'text' }));
    const noModel = await bench.deploy('no-model', 'text');
    assert.equal(noModel.FailureReason, 'Could not find model "arn:aws:sagemaker:us-east-1:000000000000:model/text".');
  });
});

describe('endpoints survive', () => {
  it('a process that hangs when it is asked to end: it is killed', async () => {
    const others = await replicaPids(platform);
    await bench.deploy('hung', 'base');
    const pids = (await replicaPids(platform)).filter((pid) => !others.includes(pid));
    assert.equal(pids.length, 1);
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    await remove('hung');
    await until('the end of hung', () => {
      ahead = Math.min(ahead + 16_000, 160_000);
      return describeEndpoint('hung').then(
        () => undefined,
        () => true,
      );
    });
    assert.ok(!(await replicaPids(platform)).some((pid) => pids.includes(pid)));
  });
});
