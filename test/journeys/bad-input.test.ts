/** The errors of the workflow for bad input: what, where and how to fix it. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { DeleteRolePolicyCommand } from '@aws-sdk/client-iam';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import {
  CreateModelCommand,
  CreateModelPackageCommand,
  CreateModelPackageGroupCommand,
  CreateTrainingJobCommand,
} from '@aws-sdk/client-sagemaker';
import type { Foundation } from '../../examples/workflow/foundation.ts';
import { startPlatform, type TestPlatform } from '../harness/platform.ts';

let platform: TestPlatform;
let foundation: Foundation;
let workflow: typeof import('../../examples/workflow/train.ts') &
  typeof import('../../examples/workflow/release.ts') &
  typeof import('../../examples/workflow/operate.ts') &
  typeof import('../../examples/workflow/foundation.ts') &
  typeof import('../../examples/workflow/clients.ts');
let names = 0;
const name = () => `bad-${++names}`;
const good = '1,0.5,0.25\n2,0.75,0.5\n3,1,0.75\n4,1.5,1\n';

before(async () => {
  platform = await startPlatform();
  Object.assign(process.env, platform.environment);
  const [clients, foundations, train, release, operate] = await Promise.all([
    import('../../examples/workflow/clients.ts'),
    import('../../examples/workflow/foundation.ts'),
    import('../../examples/workflow/train.ts'),
    import('../../examples/workflow/release.ts'),
    import('../../examples/workflow/operate.ts'),
  ]);
  workflow = { ...clients, ...foundations, ...train, ...release, ...operate };
  foundation = await workflow.layFoundation('bad');
  await put('processed/validation/data.csv', good);
});
after(() => platform[Symbol.asyncDispose]());

const put = (key: string, body: string | Uint8Array) =>
  workflow.s3.send(new PutObjectCommand({ Bucket: foundation.bucket, Key: key, Body: body }));

async function trainOn(csv: string, hyperparameters: Record<string, string> = { num_round: '5' }) {
  await put('processed/train/data.csv', csv);
  return workflow.train(foundation, name(), hyperparameters);
}

describe('a training job refuses', () => {
  const files: [what: string, csv: string, message: RegExp][] = [
    [
      'a header',
      'label,a,b\n1,2,3\n',
      /ClientError: train\/data\.csv, line 1, column 1: "label" is not a number\. It looks like a header: remove the first line/,
    ],
    ['text', '1,2,3\n2,red,3\n', /ClientError: train\/data\.csv, line 2, column 2: "red" is not a number\./],
    ['ragged rows', '1,2,3\n1,2\n', /ClientError: train\/data\.csv, line 2 has 2 columns, the lines before have 3/],
    ['an empty file', '', /ClientError: train\/data\.csv is empty/],
  ];
  for (const [what, csv, message] of files) {
    test(what, () => assert.rejects(trainOn(csv), message));
  }

  test('labels that are no classes, with the hint that the label comes first', () =>
    assert.rejects(
      trainOn('5.1,3.5,0\n4.9,3,1\n', { num_round: '5', objective: 'multi:softmax', num_class: '3' }),
      /row 1: the label 5\.\d+ is not among whole numbers from 0 to 2\. The label is the first column/,
    ));

  test('hyperparameters as the container does', async () => {
    await assert.rejects(
      trainOn(good, { num_round: '5', colour: 'red' }),
      /ClientError: Extraneous hyperparameter found: colour/,
    );
    await assert.rejects(
      trainOn(good, { num_round: '5', eta: '5' }),
      /ClientError: Hyperparameter eta: 5 is not in \[0, 1\]/,
    );
    await assert.rejects(trainOn(good, {}), /ClientError: Missing required hyperparameter: num_round/);
  });

  test('a prefix where nothing is, and a bucket that is not there', async () => {
    const train = (bucket: string) => workflow.train({ ...foundation, bucket }, name(), { num_round: '5' });
    await assert.rejects(
      train('no-such-bucket-here'),
      /ClientError: Data download failed: s3:\/\/no-such-bucket-here\/processed\/train\/ could not be read.*AccessDenied|NoSuchBucket/,
    );
  });

  test('a role that may not read', async () => {
    const other = await workflow.layFoundation('locked');
    await workflow.iam.send(new DeleteRolePolicyCommand({ RoleName: 'locked-execution-role', PolicyName: 'bucket' }));
    await assert.rejects(
      workflow.train({ ...foundation, roleArn: other.roleArn }, name(), { num_round: '5' }),
      /the role "arn:aws:iam::\d+:role\/locked-execution-role" has "s3:ListBucket".*AccessDenied/,
    );
  });

  test('a role that does not exist and an unknown image, at once', async () => {
    await assert.rejects(
      workflow.train({ ...foundation, roleArn: 'arn:aws:iam::000000000000:role/nobody' }, name(), { num_round: '5' }),
      {
        name: 'ValidationException',
        message:
          "Could not assume role arn:aws:iam::000000000000:role/nobody. Please ensure that the role exists and allows principal 'sagemaker.amazonaws.com' to assume the role.",
      },
    );
    const unknown = new CreateTrainingJobCommand({
      TrainingJobName: name(),
      RoleArn: foundation.roleArn,
      AlgorithmSpecification: { TrainingImage: 'example.com/own-image:1', TrainingInputMode: 'File' },
      OutputDataConfig: { S3OutputPath: `s3://${foundation.bucket}/model` },
      ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 1 },
      StoppingCondition: { MaxRuntimeInSeconds: 60 },
    });
    await assert.rejects(workflow.sagemaker.send(unknown), {
      message: /^no runtime for image example\.com\/own-image:1; known for training: sagemaker-xgboost:/,
    });
  });
});

describe('the registry and the endpoint refuse', () => {
  test('an artifact that is no archive: the version is Failed and says why', async () => {
    await put('broken/model.tar.gz', 'this is no archive');
    await assert.rejects(
      workflow.register('broken', `s3://${foundation.bucket}/broken/model.tar.gz`, `s3://${foundation.bucket}/none`),
      /could not be opened/,
    );
    await put('empty/model.tar.gz', gzipSync(new Uint8Array(1024)));
    await assert.rejects(
      workflow.register('broken', `s3://${foundation.bucket}/empty/model.tar.gz`, `s3://${foundation.bucket}/none`),
      /holds no file/,
    );
  });

  test('a version that is not approved, then a wrong number of features; the endpoint lives on', async () => {
    const { modelDataUrl } = await trainOn(good);
    const arn = await workflow.register('good', modelDataUrl, `s3://${foundation.bucket}/none`);
    const deploy = new CreateModelCommand({
      ModelName: 'early',
      ExecutionRoleArn: foundation.roleArn,
      PrimaryContainer: { ModelPackageName: arn },
    });
    await assert.rejects(workflow.sagemaker.send(deploy), {
      name: 'ValidationException',
      message: /has approval status PendingManualApproval: only an Approved version may be deployed/,
    });
    await workflow.approve(arn, 'good');
    await workflow.deploy(foundation, 'good', arn);
    await assert.rejects(workflow.predict('good', [1, 2, 3]), (error: Error & { OriginalStatusCode?: number }) => {
      assert.equal(error.name, 'ModelError');
      assert.equal(error.OriginalStatusCode, 400);
      assert.match(error.message, /data 3 .*model 2/);
      return true;
    });
    assert.ok(Number.isFinite(Number(await workflow.predict('good', [1, 2]))));
    await workflow.withdraw('good');
  });

  test('what AWS refuses, in its words', async () => {
    await assert.rejects(workflow.predict('nobody', [1]), {
      name: 'ValidationError',
      message: 'Endpoint nobody of account 000000000000 not found.',
    });
    await assert.rejects(
      workflow.sagemaker.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName: 'no spaces' })),
      {
        name: 'ValidationException',
        message:
          /^1 validation error detected: Value 'no spaces' at 'modelPackageGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: /,
      },
    );
    await assert.rejects(workflow.sagemaker.send(new CreateModelPackageCommand({ ModelPackageGroupName: 'missing' })), {
      name: 'ValidationException',
    });
  });
});
