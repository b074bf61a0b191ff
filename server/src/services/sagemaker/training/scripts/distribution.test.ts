import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type DistributedHost,
  distributedCommand,
  firstPort,
  mirroredVariables,
  mpiVariables,
} from './distributed-launch.ts';
import { type Cluster, distributionHosts, distributionOf, unsupportedDistribution } from './distribution.ts';
import { readScriptArgs } from './script-request.ts';
import { smVariables } from './sm-variables.ts';

const cluster: Cluster = { current_host: 'algo-2', hosts: ['algo-1', 'algo-2'] };
const place: DistributedHost = {
  currentHost: 'algo-2',
  hosts: cluster.hosts,
  addressOf: (host) => host,
  runId: '0011223344556677',
  python: '/opt/python/bin/python3',
  mpiProgram: '/opt/clary/clary_mpi.py',
};
const port = String(firstPort(place.runId));
const script = [place.python, 'train.py', '--x', '1'] as const;

const asked = (words: Record<string, unknown>) =>
  readScriptArgs(
    Object.fromEntries(
      Object.entries({ sagemaker_program: 'train.py', ...words }).map(([name, value]) => [name, JSON.stringify(value)]),
    ),
  );

function command(words: Record<string, unknown>, framework = 'pytorch', current: Partial<DistributedHost> = {}) {
  const read = asked(words);
  const distribution = distributionOf(read, framework, cluster);
  return distribution && distributedCommand(distribution, script, read, { ...place, ...current });
}

describe('a distributed command', () => {
  test('is torchrun’s with the toolkit’s arguments, and a port of the job’s own', () => {
    const words = command({ sagemaker_torch_distributed_enabled: true });
    assert.equal(
      words?.join(' '),
      `/opt/python/bin/python3 -m torch.distributed.run --nnodes 2 --nproc_per_node 1 --master_addr algo-1 --master_port ${port} --node_rank 1 train.py --x 1`,
    );
    assert.deepEqual(command({ sagemaker_pytorch_ddp_enabled: true }, 'huggingface-pytorch'), words);
    assert.notEqual(firstPort('0011223344556678'), Number(port));
    assert.ok(Number(port) >= 10_000 && Number(port) < 32_000);
  });

  test('is mpirun’s where the first instance leads; the others follow', () => {
    const words = {
      sagemaker_mpi_enabled: true,
      sagemaker_mpi_num_of_processes_per_host: 2,
      sagemaker_mpi_custom_mpi_options: '-verbose --NCCL_DEBUG=WARN -x A=1',
      // MPI comes first where several are asked for.
      sagemaker_torch_distributed_enabled: true,
    };
    assert.deepEqual(command(words), [place.python, place.mpiProgram, 'follow']);
    const leads = command(words, 'tensorflow', { currentHost: 'algo-1' })?.join(' ') ?? '';
    assert.ok(
      leads.startsWith(`${place.python} ${place.mpiProgram} lead algo-2 -- mpirun --host algo-1:2,algo-2:2 -np 4 `),
    );
    assert.ok(
      leads.endsWith(` -x NCCL_DEBUG=WARN -x PATH -verbose -x A=1 ${place.python} -m mpi4py train.py --x 1`),
      leads,
    );
  });

  test('is the script’s own if none was requested, or none of this image', () => {
    assert.equal(command({ sagemaker_torch_distributed_enabled: false }), undefined);
    assert.equal(command({ sagemaker_torch_distributed_enabled: true }, 'scikit-learn'), undefined);
    assert.equal(command({ sagemaker_parameter_server_enabled: true }, 'tensorflow'), undefined);
  });

  test('is for the instance groups named', () => {
    const groups: Cluster = {
      current_host: 'algo-1',
      current_group_name: 'feeders',
      hosts: ['algo-1', 'algo-2', 'algo-3'],
      instance_groups: [
        { instance_group_name: 'feeders', hosts: ['algo-1'] },
        { instance_group_name: 'trainers', hosts: ['algo-2', 'algo-3'] },
      ],
    };
    const words = asked({ sagemaker_mpi_enabled: true, sagemaker_distribution_instance_groups: ['trainers'] });
    assert.equal(distributionOf(words, 'pytorch', groups), undefined);
    assert.deepEqual(distributionHosts(words.frameworkParameters, groups), ['algo-2', 'algo-3']);
    const trainer = { ...groups, current_host: 'algo-3', current_group_name: 'trainers' };
    assert.deepEqual(distributionOf(words, 'pytorch', trainer), {
      by: 'mpi',
      hosts: ['algo-2', 'algo-3'],
      processesPerHost: 1,
    });
    const facts = {
      ml: '/opt/ml',
      jobName: 'j',
      region: 'r',
      cores: 1,
      gpus: 0,
      frameworkModule: 'm',
      inputDataConfig: {},
    };
    const variables = smVariables(words, { ...facts, resourceConfig: trainer });
    assert.equal(variables.SM_DISTRIBUTION_INSTANCE_GROUPS, '["trainers"]');
    const { master_hostname, is_master, distribution_hosts } = JSON.parse(variables.SM_TRAINING_ENV ?? '');
    assert.deepEqual([master_hostname, is_master, distribution_hosts], ['algo-2', false, ['algo-2', 'algo-3']]);
  });
});

describe('variables', () => {
  test('TF_CONFIG names every worker at a port of its own', () => {
    const distribution = distributionOf(
      asked({ sagemaker_multi_worker_mirrored_strategy_enabled: true }),
      'tensorflow',
      cluster,
    );
    assert.ok(distribution);
    assert.deepEqual(JSON.parse(mirroredVariables(distribution, place).TF_CONFIG), {
      cluster: { worker: [`algo-1:${port}`, `algo-2:${Number(port) + 1}`] },
      environment: 'cloud',
      task: { index: 1, type: 'worker' },
    });
    assert.deepEqual(distributedCommand(distribution, script, asked({}), place), script);
  });

  test('of MPI keep a secret that another job does not have', () => {
    const [one, other] = ['01', '02'].map((runId) => mpiVariables(undefined, { ...place, runId }));
    assert.notEqual(one?.CLARY_MPI_SECRET, other?.CLARY_MPI_SECRET);
  });
});

describe('unsupportedDistribution refuses', () => {
  test('to parameter servers of several instances, which one instance never starts', () => {
    const words = asked({ sagemaker_parameter_server_enabled: true });
    assert.match(unsupportedDistribution(words, 'tensorflow', 2) ?? '', /^Parameter servers .* not supported by Clary/);
    assert.equal(unsupportedDistribution(words, 'tensorflow', 1), undefined);
    assert.equal(unsupportedDistribution(words, 'pytorch', 2), undefined);
  });
});
