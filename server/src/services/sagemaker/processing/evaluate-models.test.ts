/** The gate and the check of versions over models that are not XGBoost's: scikit-learn and ONNX, trained here and now. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  CreateModelPackageCommand,
  CreateModelPackageGroupCommand,
  CreateProcessingJobCommand,
  DescribeModelPackageCommand,
  DescribeProcessingJobCommand,
} from '@aws-sdk/client-sagemaker';
import { until } from '../../../../../examples/workflow/stage.ts';
import { startPlatform, type TestPlatform } from '../../../../../test/harness/platform.ts';
import { bucket, image, openWorkbench, type Workbench } from '../../../../../test/harness/workbench.ts';

const python = process.env.CLARY_TEST_PYTHON ?? 'python3';
/** Iris by name, the label last below a header; its accuracy as scikit-learn counts it; each model packed as SageMaker packs it. */
const recipe = `
import json, os, sys, tarfile, joblib, numpy as np
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, log_loss, roc_auc_score
from skl2onnx import to_onnx
os.chdir(sys.argv[1])
data = load_iris()
names = data.target_names[data.target]
train = np.arange(150) % 3 != 0
model = LogisticRegression(C=0.05, max_iter=1000).fit(data.data[train], names[train])
joblib.dump(model, "model.joblib")
onnx = to_onnx(model, data.data[:1].astype(np.float32), options={"zipmap": False})
open("model.onnx", "wb").write(onnx.SerializeToString())
open("notes.txt", "w").write("no model")
for packed, file in (("joblib", "model.joblib"), ("onnx", "model.onnx"), ("nothing", "notes.txt")):
    with tarfile.open(packed + ".tar.gz", "w:gz") as archive:
        archive.add(file)
X, y = data.data[~train], names[~train]
with open("test.csv", "w") as f:
    f.write("sepal_length,sepal_width,petal_length,petal_width,species\\n")
    for row, label in zip(X, y):
        f.write(",".join(repr(float(v)) for v in row) + "," + label + "\\n")
p = model.predict_proba(X)
told = dict(accuracy=accuracy_score(y, model.predict(X)), auc=roc_auc_score(y, p, multi_class="ovr"), log_loss=log_loss(y, p), classes=model.classes_.tolist())
json.dump(told, open("told.json", "w"))
`;

let platform: TestPlatform;
let bench: Workbench;
let folder = '';
let told: { accuracy: number; auc: number; log_loss: number; classes: string[] };

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gate-'));
  execFileSync(python, ['-c', recipe, folder], { stdio: ['ignore', 'ignore', 'inherit'] });
  told = JSON.parse(readFileSync(join(folder, 'told.json'), 'utf8'));
  platform = await startPlatform({ flags: ['--python', python] });
  bench = await openWorkbench(platform);
  for (const name of ['joblib', 'onnx', 'nothing'])
    await bench.put(`models/${name}/model.tar.gz`, readFileSync(join(folder, `${name}.tar.gz`)));
  await bench.put('iris/test.csv', readFileSync(join(folder, 'test.csv')));
});
after(async () => {
  await platform[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const environment = {
  EVALUATE_PROBLEM_TYPE: 'multiclass',
  EVALUATE_LABEL: 'species',
  EVALUATE_THRESHOLDS: '{"accuracy": {"min": 0.5}, "log_loss": {"max": 0.01}}',
};

async function evaluated(name: string, model: string, Environment: Record<string, string> = environment) {
  const input = (InputName: string, key: string) => ({
    InputName,
    S3Input: {
      S3Uri: `s3://${bucket}/${key}`,
      LocalPath: `/opt/ml/processing/${InputName}`,
      S3DataType: 'S3Prefix' as const,
      S3InputMode: 'File' as const,
    },
  });
  const S3Output = {
    S3Uri: `s3://${bucket}/evaluation/${name}`,
    LocalPath: '/opt/ml/processing/evaluation',
    S3UploadMode: 'EndOfJob' as const,
  };
  await bench.sagemaker.send(
    new CreateProcessingJobCommand({
      ProcessingJobName: name,
      RoleArn: bench.roleArn,
      AppSpecification: { ImageUri: 'clary/evaluate:1' },
      Environment,
      ProcessingInputs: [input('model', `models/${model}/model.tar.gz`), input('test', 'iris/')],
      ProcessingOutputConfig: { Outputs: [{ OutputName: 'evaluation', S3Output }] },
      ProcessingResources: { ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 1 } },
    }),
  );
  return until(`the end of ${name}`, async () => {
    const job = await bench.sagemaker.send(new DescribeProcessingJobCommand({ ProcessingJobName: name }));
    return job.ProcessingJobStatus === 'InProgress' ? undefined : job;
  });
}

const text = async (key: string) => Buffer.from(await bench.read(key)).toString();

describe('the gate', () => {
  for (const model of ['joblib', 'onnx']) {
    it(`measure a model in ${model} as scikit-learn does, and say no`, async () => {
      // ONNX knows its classes by number: they are named in its order.
      const named = { ...environment, EVALUATE_CLASSES: JSON.stringify(told.classes) };
      const job = await evaluated(model, model, model === 'onnx' ? named : environment);
      assert.equal(job.ProcessingJobStatus, 'Completed', job.FailureReason);
      assert.match(job.ExitMessage ?? '', /^failed: log_loss 0\.\d{4} is not ≤ 0\.01$/);
      const document = JSON.parse(await text(`evaluation/${model}/evaluation.json`));
      const { accuracy, auc, log_loss, confusion_matrix } = document.multiclass_classification_metrics;
      assert.ok(Math.abs(accuracy.value - told.accuracy) < 1e-12);
      assert.ok(Math.abs(auc.value - told.auc) < 1e-6, `${auc.value} is not ${told.auc}`);
      assert.ok(Math.abs(log_loss.value - told.log_loss) < 1e-6, `${log_loss.value} is not ${told.log_loss}`);
      assert.deepEqual(Object.keys(confusion_matrix), told.classes);
      assert.deepEqual(Object.keys(document.feature_importance.values).sort(), [
        'petal_length',
        'petal_width',
        'sepal_length',
        'sepal_width',
      ]);
      assert.equal(document.decision, 'failed');
      assert.match(await text(`evaluation/${model}/report.html`), /<title>Evaluation: failed<\/title>/);
      assert.match(await text(`evaluation/${model}/roc.svg`), /<title id="roc-title">ROC<\/title>/);
    });
  }

  it('fails the job for a rejected model if the settings ask for it', async () => {
    const job = await evaluated('rejected', 'joblib', { ...environment, EVALUATE_ON_REJECTION: 'fail' });
    assert.equal(job.ProcessingJobStatus, 'Failed');
    assert.match(
      job.FailureReason ?? '',
      /^AlgorithmError: the validation gate rejected the model: log_loss 0\.\d{4} is not ≤ 0\.01$/,
    );
  });
});

describe('the gate refuses', () => {
  it('an archive without a model, and says what it knows', async () => {
    const job = await evaluated('nothing', 'nothing');
    assert.match(
      job.FailureReason ?? '',
      /^ClientError: the model archive holds no model that is known here: found notes\.txt; known are: xgboost-model .*\*\.onnx/,
    );
  });

  it('to become another program by its variables', async () => {
    const written = join(folder, 'written');
    const program = `data:text/javascript,import {writeFileSync} from 'node:fs'; writeFileSync('${written}', '')`;
    const job = await evaluated('options', 'onnx', {
      ...environment,
      EVALUATE_CLASSES: JSON.stringify(told.classes),
      NODE_OPTIONS: `--import=${encodeURI(program)}`,
      CLARY_PYTHON: '/bin/false',
    });
    assert.equal(job.ProcessingJobStatus, 'Completed', job.FailureReason);
    assert.ok(!existsSync(written));
  });
});

describe('the check of a version', () => {
  async function checked(name: string, model: string, Image: string) {
    await bench.sagemaker.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName: name }));
    const { ModelPackageArn: arn } = await bench.sagemaker.send(
      new CreateModelPackageCommand({
        ModelPackageGroupName: name,
        InferenceSpecification: {
          Containers: [{ Image, ModelDataUrl: `s3://${bucket}/models/${model}/model.tar.gz` }],
        },
      }),
    );
    return until(`the check of ${name}`, async () => {
      const version = await bench.sagemaker.send(new DescribeModelPackageCommand({ ModelPackageName: arn }));
      return /^(Completed|Failed)$/.test(version.ModelPackageStatus ?? '') ? version : undefined;
    });
  }
  const host = '683313688378.dkr.ecr.us-east-1.amazonaws.com';
  const reasonOf = (version: Awaited<ReturnType<typeof checked>>) =>
    JSON.stringify(version.ModelPackageStatusDetails?.ValidationStatuses);

  for (const [model, of] of [
    ['joblib', `${host}/sagemaker-scikit-learn:1.2-1-cpu-py3`],
    ['onnx', `${host}/sagemaker-tritonserver:24.09-py3`],
  ] as const) {
    it(`opens, loads and asks a model in ${model}`, async () => {
      const version = await checked(`of-${model}`, model, of);
      assert.equal(version.ModelPackageStatus, 'Completed', reasonOf(version));
    });
  }

  it('fails for what is no model, and for a model that its image would not serve', async () => {
    const nothing = await checked('of-nothing', 'nothing', `${host}/sagemaker-scikit-learn:1.2-1-cpu-py3`);
    assert.equal(nothing.ModelPackageStatus, 'Failed');
    assert.match(reasonOf(nothing) ?? '', /holds no model that is known here: found notes\.txt/);
    const other = await checked('of-another', 'joblib', image);
    assert.equal(other.ModelPackageStatus, 'Failed');
    assert.match(reasonOf(other) ?? '', /model\.joblib cannot be loaded/);
  });
});
