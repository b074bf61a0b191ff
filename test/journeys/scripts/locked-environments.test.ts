/**
 * The large locked environments, made in earnest, and a job as a user would write it in each. They bring ten gigabytes from the package index, so
 * only those that CLARY_TEST_ENVIRONMENTS names run: `all`, or names separated by commas.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CreateProcessingJobCommand, DescribeProcessingJobCommand } from '@aws-sdk/client-sagemaker';
import { until } from '../../../examples/workflow/stage.ts';
import { startPlatform, type TestPlatform } from '../../harness/platform.ts';
import { cluster, s3Input, s3Output } from '../../harness/processed.ts';
import { unpacked } from '../../harness/scripted-job.ts';
import { jobLog, runScript, type Script } from '../../harness/scripts.ts';
import { channel, openWorkbench, type Workbench } from '../../harness/workbench.ts';

const wanted = process.env.CLARY_TEST_ENVIRONMENTS ?? '';
const only = (name: string) => ({
  skip:
    !['all', ...wanted.split(',')].includes(wanted === 'all' ? 'all' : name) && 'CLARY_TEST_ENVIRONMENTS names none',
});
const registry = '763104351884.dkr.ecr.us-east-1.amazonaws.com';
/** Gigabytes come from an index first. */
const patient = { StoppingCondition: { MaxRuntimeInSeconds: 7200 } };

describe('a locked environment does', { skip: wanted === '' && 'CLARY_TEST_ENVIRONMENTS names none' }, () => {
  let platform: TestPlatform;
  let bench: Workbench;
  before(async () => {
    platform = await startPlatform();
    bench = await openWorkbench(platform);
    const iris = await readFile(fileURLToPath(new URL('../../../examples/iris/iris.csv', import.meta.url)), 'utf8');
    await bench.put('iris/iris.csv', iris);
  });
  after(() => platform?.[Symbol.asyncDispose]());

  /** Trains, and once more: the second finds the environment made. Answers what is in the artifact. */
  async function trained(name: string, script: Script): Promise<Record<string, string>> {
    for (const job of [name, `${name}-again`]) {
      const ended = await runScript(bench, job, {
        changes: { ...patient, InputDataConfig: [channel('train', 'iris/')] },
        ...script,
      });
      const log = await jobLog(bench, job);
      assert.equal(ended.TrainingJobStatus, 'Completed', `${ended.FailureReason}\n${log.join('\n')}`);
      if (job !== name) assert.ok(!log.some((line) => line.startsWith('Making the environment')), log.join('\n'));
    }
    return unpacked(await bench.read(`model/${name}/output/model.tar.gz`));
  }

  /** What the gate says of the model; its Python is the one in which the model was trained. */
  async function judged(name: string): Promise<string> {
    const job = `${name}-gate`;
    await bench.sagemaker.send(
      new CreateProcessingJobCommand({
        ProcessingJobName: job,
        RoleArn: bench.roleArn,
        AppSpecification: { ImageUri: 'clary/evaluate:1' },
        Environment: {
          EVALUATE_PROBLEM_TYPE: 'multiclass',
          EVALUATE_LABEL: 'species',
          EVALUATE_CLASSES: '["setosa", "versicolor", "virginica"]',
          EVALUATE_THRESHOLDS: '{"accuracy": {"min": 0.9}, "auc": {"min": 0.9}}',
        },
        ProcessingInputs: [
          s3Input('model', `model/${name}/output/model.tar.gz`, { LocalPath: '/opt/ml/processing/model' }),
          s3Input('test', 'iris/', { LocalPath: '/opt/ml/processing/test' }),
        ],
        ProcessingOutputConfig: { Outputs: [s3Output('evaluation', `evaluation/${name}`)] },
        ProcessingResources: cluster(),
      }),
    );
    const look = async () => {
      const seen = await bench.sagemaker.send(new DescribeProcessingJobCommand({ ProcessingJobName: job }));
      return seen.ProcessingJobStatus === 'InProgress' ? undefined : seen;
    };
    const ended = await until(`the end of ${job}`, look, patient.StoppingCondition.MaxRuntimeInSeconds * 1000);
    assert.equal(ended.ProcessingJobStatus, 'Completed', ended.FailureReason);
    return ended.ExitMessage ?? '';
  }

  test('train scikit-learn 1.4; the gate opens its joblib', only('scikit-learn-1.4'), async () => {
    const text = `
import os, joblib, pandas as pd, sklearn
from sklearn.linear_model import LogisticRegression
assert sklearn.__version__.startswith("1.4"), sklearn.__version__
data = pd.read_csv(os.path.join(os.environ["SM_CHANNEL_TRAIN"], "iris.csv"))
model = LogisticRegression(max_iter=500).fit(data.iloc[:, :4].to_numpy(), data["species"])
joblib.dump(model, os.path.join(os.environ["SM_MODEL_DIR"], "model.joblib"))
`;
    const image = '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.4-2-cpu-py3';
    assert.deepEqual(Object.keys(await trained('sklearn', { image, files: { 'train.py': text } })), ['model.joblib']);
    assert.match(await judged('sklearn'), /^passed/);
  });

  test('train PyTorch with workers that load; the gate opens its TorchScript', only('pytorch-2'), async () => {
    const text = `
import os, pandas as pd, torch
from torch.utils.data import DataLoader, TensorDataset
torch.manual_seed(0)
data = pd.read_csv(os.path.join(os.environ["SM_CHANNEL_TRAIN"], "iris.csv"))
x = torch.tensor(data.iloc[:, :4].to_numpy(), dtype=torch.float32)
y = torch.tensor(data["species"].astype("category").cat.codes.to_numpy(), dtype=torch.long)
model = torch.nn.Sequential(torch.nn.Linear(4, 16), torch.nn.ReLU(), torch.nn.Linear(16, 3))
optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
for epoch in range(20):
    for a, b in DataLoader(TensorDataset(x, y), batch_size=50, shuffle=True, num_workers=2 if epoch == 0 else 0):
        loss = torch.nn.functional.cross_entropy(model(a), b)
        optimizer.zero_grad(); loss.backward(); optimizer.step()
whole = torch.nn.Sequential(model, torch.nn.Softmax(dim=1)).eval()
torch.jit.script(whole).save(os.path.join(os.environ["SM_MODEL_DIR"], "model.pth"))
`;
    const image = `${registry}/pytorch-training:2.8-cpu-py312`;
    assert.deepEqual(Object.keys(await trained('torch', { image, files: { 'train.py': text } })), ['model.pth']);
    assert.match(await judged('torch'), /^passed/);
  });

  test('train TensorFlow; the gate opens its SavedModel in a numbered folder', only('tensorflow-2'), async () => {
    const text = `
import argparse, os, pandas as pd, tensorflow as tf
parser = argparse.ArgumentParser()
parser.add_argument("--model_dir")
assert parser.parse_args().model_dir == "/opt/ml/model"
tf.keras.utils.set_random_seed(0)
data = pd.read_csv(os.path.join(os.environ["SM_CHANNEL_TRAIN"], "iris.csv"))
x, y = data.iloc[:, :4].to_numpy("float32"), data["species"].astype("category").cat.codes.to_numpy()
model = tf.keras.Sequential([tf.keras.layers.Input((4,)), tf.keras.layers.Dense(16, "relu"), tf.keras.layers.Dense(3, "softmax")])
model.compile(tf.keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=30, verbose=2)
model.export(os.path.join(os.environ["SM_MODEL_DIR"], "1"))
`;
    const names = await trained('keras', {
      image: `${registry}/tensorflow-training:2.19-cpu-py312`,
      files: { 'train.py': text },
      hyperparameters: { model_dir: '/opt/ml/model' },
    });
    assert.ok('1/saved_model.pb' in names, Object.keys(names).join());
    assert.match(await judged('keras'), /^passed/);
  });

  test('train a transformer by Trainer, without a hub', only('huggingface-pytorch'), async () => {
    const text = `
import os, torch
from datasets import Dataset
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments
torch.manual_seed(0)
ids = torch.randint(2, 50, (64, 8))
labels = (ids[:, 0] > 25).long()
data = Dataset.from_dict({"input_ids": ids.tolist(), "labels": labels.tolist()}).map(lambda row: {"attention_mask": [1] * 8})
config = BertConfig(vocab_size=50, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32)
model = BertForSequenceClassification(config)
arguments = TrainingArguments(output_dir="/tmp/checkpoints", num_train_epochs=2, per_device_train_batch_size=16, report_to=[], save_strategy="epoch")
Trainer(model=model, args=arguments, train_dataset=data).train()
model.save_pretrained(os.environ["SM_MODEL_DIR"])
again = BertForSequenceClassification.from_pretrained(os.environ["SM_MODEL_DIR"])
assert torch.equal(again.classifier.weight, model.classifier.weight.cpu())
`;
    const image = `${registry}/huggingface-pytorch-training:2.5.1-transformers4.49.0-gpu-py311-cu124-ubuntu22.04`;
    const names = await trained('transformer', { image, files: { 'train.py': text } });
    assert.deepEqual(Object.keys(names).sort(), ['config.json', 'model.safetensors']);
  });

  const pair = { ResourceConfig: { InstanceType: 'ml.m5.large' as const, InstanceCount: 2, VolumeSizeInGB: 1 } };

  /** What each instance of a job of two left in its output folder. */
  async function leftByPair(name: string, image: string, text: string, how: string): Promise<Record<string, string>> {
    const job = await runScript(bench, name, {
      image,
      files: { 'train.py': text },
      hyperparameters: { [how]: true },
      changes: { ...patient, ...pair },
    });
    assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
    return unpacked(await bench.read(`model/${name}/output/output.tar.gz`));
  }

  const leave =
    'open(os.path.join(os.environ["SM_OUTPUT_DATA_DIR"], os.environ["SM_CURRENT_HOST"]), "w").write(str(total))';
  const both = { 'algo-1': '3.0', 'algo-2': '3.0' };

  test('reduce over two instances by torchrun and by Open MPI', only('pytorch-2'), async () => {
    const image = `${registry}/pytorch-training:2.8-cpu-py312`;
    const torch = `
import os, torch, torch.distributed as dist
dist.init_process_group("gloo")
number = torch.tensor([dist.get_rank() + 1.0]); dist.all_reduce(number); total = number.item()
${leave}
dist.barrier()
`;
    assert.deepEqual(await leftByPair('torchrun', image, torch, 'sagemaker_torch_distributed_enabled'), both);
    const mpi = `import os\nfrom mpi4py import MPI\ntotal = MPI.COMM_WORLD.allreduce(MPI.COMM_WORLD.rank + 1.0)\n${leave}\n`;
    assert.deepEqual(await leftByPair('mpi', image, mpi, 'sagemaker_mpi_enabled'), both);
  });

  test('reduce over two instances by TensorFlow’s mirrored strategy', only('tensorflow-2'), async () => {
    const image = `${registry}/tensorflow-training:2.19-cpu-py312`;
    const text = `
import json, os, tensorflow as tf
strategy = tf.distribute.MultiWorkerMirroredStrategy()
rank = json.loads(os.environ["TF_CONFIG"])["task"]["index"]
@tf.function
def reduced():
    return strategy.run(lambda: tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, tf.constant(rank + 1.0)))
total = float(reduced())
${leave}
`;
    const how = 'sagemaker_multi_worker_mirrored_strategy_enabled';
    assert.deepEqual(await leftByPair('mirrored', image, text, how), both);
  });
});
