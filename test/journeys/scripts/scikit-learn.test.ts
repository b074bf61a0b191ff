/** A scikit-learn script as it would run on SageMaker: iris, joblib, hyperparameters and channels by the toolkit's words; its model knows a flower. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startPlatform, type TestPlatform } from '../../harness/platform.ts';
import { jobLog, runScript, unpackedModel } from '../../harness/scripts.ts';
import { channel, openWorkbench, type Workbench } from '../../harness/workbench.ts';

const iris = await readFile(fileURLToPath(new URL('../../../examples/iris/iris.csv', import.meta.url)), 'utf8');
let platform: TestPlatform;
let bench: Workbench;

before(async () => {
  platform = await startPlatform();
  bench = await openWorkbench(platform);
  await bench.put('iris/iris.csv', iris);
});
after(() => platform[Symbol.asyncDispose]());

const train = `
import argparse, os, joblib, pandas as pd
from sklearn.ensemble import RandomForestClassifier

parser = argparse.ArgumentParser()
parser.add_argument("--n-estimators", type=int)
parser.add_argument("--model-dir", default=os.environ["SM_MODEL_DIR"])
parser.add_argument("--train", default=os.environ["SM_CHANNEL_TRAIN"])
args = parser.parse_args()
data = pd.read_csv(os.path.join(args.train, "iris.csv"))
model = RandomForestClassifier(n_estimators=args.n_estimators, random_state=0)
model.fit(data.iloc[:, :4].to_numpy(), data.iloc[:, 4])
print("trees:", len(model.estimators_))
joblib.dump(model, os.path.join(args.model_dir, "model.joblib"))
`;

describe('without a sandbox does', () => {
  test('run a script: its variables name existing folders, and it can install packages', async () => {
    await using open = await startPlatform({ flags: ['--sandbox', 'off'] });
    const text = `
import os, subprocess, sys, sklearn
subprocess.run(["pip3", "install", "-q", "tabulate==0.9.0"], check=True)
import tabulate
for name in ("SM_MODEL_DIR", "SM_CHANNEL_TRAIN", "HOME"):
    assert os.path.isdir(os.environ[name]), name
open(os.path.join(os.environ["SM_MODEL_DIR"], "m"), "w").write("x")
print(os.environ["SM_MODEL_DIR"])
`;
    const own = await openWorkbench(open);
    const job = await runScript(own, 'open', { files: { 'train.py': text } });
    const log = await jobLog(own, 'open');
    assert.equal(job.TrainingJobStatus, 'Completed', `${job.FailureReason}\n${log.join('\n')}`);
    assert.match(log.at(-1) ?? '', new RegExp(`^${open.dataDir}/runs/training/\\w+/algo-1/ml/model$`));
    assert.equal(job.ModelArtifacts?.S3ModelArtifacts, 's3://workbench/model/open/output/model.tar.gz');
  });
});

describe('does', () => {
  test('train by script mode; its artifact is loaded and predicts a flower', async () => {
    const job = await runScript(bench, 'sklearn', {
      files: { 'train.py': train },
      hyperparameters: { 'n-estimators': 20 },
      changes: { InputDataConfig: [channel('train', 'iris/')] },
    });
    const log = await jobLog(bench, 'sklearn');
    assert.equal(job.TrainingJobStatus, 'Completed', `${job.FailureReason}\n${log.join('\n')}`);
    assert.ok(log.includes('trees: 20'), log.join('\n'));
    assert.match(
      log.join('\n'),
      /sagemaker-scikit-learn:1.2-1-cpu-py3 asks for scikit-learn 1\.2\.1; the environment scikit-learn-1\.2 \(\w{12}\) has scikit-learn [\d.]+, Python 3\.\d+\.\d+/,
    );
    const folder = await unpackedModel(bench, 'sklearn');
    try {
      const ask = 'import joblib, sys; print(joblib.load(sys.argv[1]).predict([[5.1, 3.5, 1.4, 0.2]])[0])';
      const python = process.env.CLARY_TEST_SKLEARN_PYTHON ?? '';
      assert.ok(python, 'CLARY_TEST_SKLEARN_PYTHON is not set: run the tests by npm test');
      const { stdout } = await promisify(execFile)(python, ['-c', ask, join(folder, 'model.joblib')]);
      assert.match(stdout, /setosa|^0/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
