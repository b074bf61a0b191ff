/** A script that was written for AWS's XGBoost container: the modules that AWS's examples import, on one instance and on several; its pickle is then served. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startPlatform, type TestPlatform } from '../../harness/platform.ts';
import { unpacked } from '../../harness/scripted-job.ts';
import { jobLog, runScript, type Script } from '../../harness/scripts.ts';
import { bucket, openWorkbench, type Workbench } from '../../harness/workbench.ts';

let platform: TestPlatform;
let bench: Workbench;
const registry = '683313688378.dkr.ecr.us-east-1.amazonaws.com';

before(async () => {
  platform = await startPlatform();
  bench = await openWorkbench(platform);
  for (const part of [0, 1]) {
    const lines = Array.from({ length: 60 }, (_, i) => `${(i + part) % 10} 0:${(i + part) % 10} 1:${i % 3}`);
    await bench.put(`libsvm/part-${part}`, lines.join('\n'));
  }
  await bench.put('libsvm/_SUCCESS', '');
});
after(async () => {
  await bench.withdraw();
  await platform[Symbol.asyncDispose]();
});

/** As https://github.com/aws/amazon-sagemaker-examples has it in abalone.py: what it imports and calls, and in which order. */
const script = `
import json, os, pickle
import numpy as np
import xgboost as xgb
from sagemaker_containers import entry_point
from sagemaker_containers.beta.framework import content_types, encoders, env, modules, transformer, worker
from sagemaker_xgboost_container import checkpointing, distributed
from sagemaker_xgboost_container import encoder as xgb_encoders
from sagemaker_xgboost_container.data_utils import get_dmatrix
from sagemaker_xgboost_container.metrics.custom_metrics import configure_feval, get_custom_metrics

# What only one instance does must not make matrices or train: the others would have to take part.
def learn(dtrain, is_master):
    names = get_custom_metrics(["mae", "auc"])
    evals = {}
    more = {"custom_metric": configure_feval(names)} if xgb.__version__ >= "2" else {"feval": configure_feval(names)}
    booster = xgb.train({"objective": "reg:squarederror", "eval_metric": "rmse"}, dtrain, 5, evals=[(dtrain, "train")], evals_result=evals, verbose_eval=False, **more)
    if is_master:
        with open(os.path.join(os.environ["SM_MODEL_DIR"], "xgboost-model"), "wb") as file: pickle.dump(booster, file)
        resumed = [checkpointing.train({"params": {}, "dtrain": dtrain, "num_boost_round": n, "evals": [(dtrain, "train")]}, "/tmp/checkpoints").num_boosted_rounds() for n in (3, 5)] if len(hosts) == 1 else []
        asked = [xgb_encoders.decode(body, kind) for body, kind in (("4;1", "text/csv"), ("0 0:4 1:1", "text/libsvm")) if len(hosts) == 1]
        with open(os.path.join(os.environ["SM_OUTPUT_DATA_DIR"], "told"), "w") as file:
            json.dump({"metrics": sorted(evals["train"]), "resumed": resumed, "rows": dtrain.num_row(), "same": [float(booster.predict(one)[0]) for one in asked],
                       "host": env.TrainingEnv().current_host, "csv": encoders.encode(np.array([1, 2]), content_types.CSV), "answer": worker.Response("x", "text/csv").mimetype}, file)

hosts = json.loads(os.environ["SM_HOSTS"])
dtrain = get_dmatrix(os.environ["SM_CHANNEL_TRAIN"], "libsvm")
assert get_dmatrix(None, "libsvm") is None
if len(hosts) > 1:
    entry_point._wait_hostname_resolution()
    distributed.rabit_run(exec_fun=learn, args={"dtrain": dtrain}, include_in_training=dtrain is not None, hosts=hosts, current_host=os.environ["SM_CURRENT_HOST"], update_rabit_args=True)
else:
    learn(dtrain, True)
`;

const channel = {
  ChannelName: 'train',
  DataSource: {
    S3DataSource: {
      S3DataType: 'S3Prefix' as const,
      S3Uri: `s3://${bucket}/libsvm/`,
      S3DataDistributionType: 'ShardedByS3Key' as const,
    },
  },
};

async function told(name: string, given: Partial<Script>): Promise<Record<string, unknown>> {
  const job = await runScript(bench, name, {
    image: `${registry}/sagemaker-xgboost:1.7-1`,
    files: { 'train.py': script },
    ...given,
    changes: { InputDataConfig: [channel], ...given.changes },
  });
  const log = await jobLog(bench, name, 'algo-1');
  assert.equal(job.TrainingJobStatus, 'Completed', `${job.FailureReason}\n${log.join('\n')}`);
  const files = await unpacked(await bench.read(`model/${name}/output/output.tar.gz`));
  return JSON.parse(files.told ?? '');
}

describe('a script of AWS’s XGBoost container', () => {
  for (const tag of ['1.7-1', '3.0-5']) {
    test(`finds its modules in the environment of ${tag}, and trains on two instances`, async () => {
      const image = `${registry}/sagemaker-xgboost:${tag}`;
      const suffix = tag.replace('.', '-');
      const { same, ...one } = await told(`one-${suffix}`, { image });
      const expected = { resumed: [3, 5], host: 'algo-1', csv: '1\n2\n', answer: 'text/csv' };
      assert.deepEqual(one, { ...expected, metrics: ['mae', 'rmse'], rows: 120 });
      assert.deepEqual((same as number[])[0], (same as number[])[1]);
      const ResourceConfig = { InstanceType: 'ml.m5.large' as const, InstanceCount: 2, VolumeSizeInGB: 1 };
      const two = await told(`two-${suffix}`, { image, changes: { ResourceConfig } });
      assert.deepEqual([two.host, two.metrics], ['algo-1', ['mae', 'rmse']]);
    });
  }

  test('leaves a pickle that an endpoint serves', async () => {
    const { same } = await told('pickled', {});
    await bench.createModel('pickled', `s3://${bucket}/model/pickled/output/model.tar.gz`);
    await bench.createConfig('pickled', 'pickled');
    const endpoint = await bench.deploy('pickled', 'pickled');
    assert.equal(endpoint.EndpointStatus, 'InService', endpoint.FailureReason);
    const answer = Number(await bench.predict('pickled'));
    assert.ok(Math.abs(answer - ((same as number[])[0] as number)) < 1e-5, `${answer} is not ${same}`);
  });
});
