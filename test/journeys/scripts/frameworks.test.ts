/** XGBoost's image with a script of one's own, and PyTorch by the machine's Python: --python-environment (CLARY_TEST_TORCH). */
import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startPlatform, type TestPlatform } from '../../harness/platform.ts';
import { jobLog, runScript, type Script, unpackedModel } from '../../harness/scripts.ts';
import { channel, openWorkbench, type Workbench } from '../../harness/workbench.ts';

const file = (path: string) => readFile(fileURLToPath(new URL(path, import.meta.url)), 'utf8');
let platform: TestPlatform;
let bench: Workbench;

before(async () => {
  platform = await startPlatform({ flags: ['--python-environment', 'pytorch=/usr/bin/python3'] });
  bench = await openWorkbench(platform);
  await bench.put('iris/iris.csv', await file('../../../examples/iris/iris.csv'));
});
after(() => platform[Symbol.asyncDispose]());

async function printed(name: string, script: Script): Promise<string[]> {
  const job = await runScript(bench, name, { changes: { InputDataConfig: [channel('train', 'iris/')] }, ...script });
  const log = await jobLog(bench, name);
  assert.equal(job.TrainingJobStatus, 'Completed', `${job.FailureReason}\n${log.join('\n')}`);
  return log;
}

describe('a script does', () => {
  test('train XGBoost by the image’s script mode; without a script the image trains by itself', async () => {
    const log = await printed('xgboost', {
      image: '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.0-5',
      files: { 'train.py': await file('../../clients/scripts/xgboost_train.py') },
      hyperparameters: { rounds: 10, note: 'x' },
    });
    assert.match(log.join('\n'), /asks for xgboost 3\.0\.5; the environment xgboost-3\.0 \(\w+\) has xgboost 3\.0\.5/);
    const accuracy = Number(/^accuracy ([\d.]+)$/.exec(log.at(-1) ?? '')?.[1]);
    assert.ok(accuracy > 0.95 && accuracy <= 1, log.at(-1));
    const folder = await unpackedModel(bench, 'xgboost');
    const model = JSON.parse(await readFile(join(folder, 'xgboost-model.json'), 'utf8'));
    await rm(folder, { recursive: true });
    assert.equal(model.learner.objective.name, 'multi:softprob');
    assert.equal((await bench.train('built-in')).TrainingJobStatus, 'Completed');
  });

  test('train PyTorch by the system’s Python, which is said', async () => {
    const text = `
import os, torch
torch.manual_seed(0)
model = torch.nn.Linear(1, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
x = torch.linspace(-1, 1, 50).unsqueeze(1)
for _ in range(200):
    loss = torch.nn.functional.mse_loss(model(x), 3 * x + 2)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
torch.save(model.state_dict(), os.path.join(os.environ["SM_MODEL_DIR"], "model.pt"))
print("weight %.2f bias %.2f threads %d" % (model.weight.item(), model.bias.item(), torch.get_num_threads()))
`;
    const log = await printed('pytorch', {
      image: '763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.1.0-cpu-py310-ubuntu20.04-sagemaker',
      files: { 'train.py': text },
    });
    assert.match(
      log.join('\n'),
      /asks for torch 2\.1\.0; the environment pytorch-2 \(\w+\) has torch [\d.]+\S*, Python 3\.\d+/,
    );
    assert.match(log.at(-1) ?? '', /^weight 3\.00 bias 2\.00 threads [12]$/);
  });
});
