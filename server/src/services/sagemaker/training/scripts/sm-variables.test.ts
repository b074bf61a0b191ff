import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readScriptArgs } from './script-request.ts';
import { type ScriptContext, smVariables } from './sm-variables.ts';

const channelConfig = { TrainingInputMode: 'File', S3DistributionType: 'FullyReplicated', RecordWrapperType: 'None' };
const place: ScriptContext = {
  ml: '/opt/ml',
  jobName: 'the-job',
  region: 'eu-west-1',
  cores: 4,
  gpus: 0,
  frameworkModule: 'sagemaker_sklearn_container.training:main',
  resourceConfig: {
    current_host: 'algo-2',
    current_instance_type: 'ml.m5.xlarge',
    hosts: ['algo-1', 'algo-2'],
    network_interface_name: 'lo',
  },
  inputDataConfig: { train: channelConfig, 'my-data.v2': channelConfig },
};
const words = readScriptArgs({
  sagemaker_program: '"train.py"',
  sagemaker_submit_directory: '"s3://bucket/job/source/sourcedir.tar.gz"',
  sagemaker_container_log_level: '10',
  sagemaker_job_name: '"the-job"',
  sagemaker_region: '"us-west-2"',
  sagemaker_mpi_enabled: 'false',
  _tuning_objective_metric: 'validation:auc',
  'learning-rate': '0.10',
  epochs: '"5"',
  name: 'plain text',
  layers: '[64, 32]',
});

describe('smVariables', () => {
  const variables = smVariables(words, place);

  test('gives the script what ENVIRONMENT_VARIABLES.md says, by the toolkit’s own values', () => {
    const { SM_TRAINING_ENV: _, ...rest } = variables;
    assert.deepEqual(rest, {
      SM_HOSTS: '["algo-1","algo-2"]',
      SM_NETWORK_INTERFACE_NAME: 'lo',
      SM_HPS: '{"epochs":"5","layers":[64,32],"learning-rate":0.1,"name":"plain text"}',
      SM_USER_ENTRY_POINT: 'train.py',
      SM_FRAMEWORK_PARAMS: '{"sagemaker_mpi_enabled":false}',
      SM_RESOURCE_CONFIG:
        '{"current_host":"algo-2","current_instance_type":"ml.m5.xlarge","hosts":["algo-1","algo-2"],"network_interface_name":"lo"}',
      SM_INPUT_DATA_CONFIG:
        '{"my-data.v2":{"RecordWrapperType":"None","S3DistributionType":"FullyReplicated","TrainingInputMode":"File"},"train":{"RecordWrapperType":"None","S3DistributionType":"FullyReplicated","TrainingInputMode":"File"}}',
      SM_OUTPUT_DATA_DIR: '/opt/ml/output/data',
      SM_CHANNELS: '["my-data.v2","train"]',
      SM_CURRENT_HOST: 'algo-2',
      SM_CURRENT_INSTANCE_TYPE: 'ml.m5.xlarge',
      SM_CURRENT_INSTANCE_GROUP: 'homogeneousCluster',
      SM_CURRENT_INSTANCE_GROUP_HOSTS: '[]',
      SM_INSTANCE_GROUPS: '[]',
      SM_INSTANCE_GROUPS_DICT: '{}',
      SM_DISTRIBUTION_INSTANCE_GROUPS: '[]',
      SM_IS_HETERO: 'false',
      SM_MODULE_NAME: 'train',
      SM_LOG_LEVEL: '10',
      SM_FRAMEWORK_MODULE: 'sagemaker_sklearn_container.training:main',
      SM_INPUT_DIR: '/opt/ml/input',
      SM_INPUT_CONFIG_DIR: '/opt/ml/input/config',
      SM_OUTPUT_DIR: '/opt/ml/output',
      SM_NUM_CPUS: '4',
      SM_NUM_GPUS: '0',
      SM_NUM_NEURONS: '0',
      SM_MODEL_DIR: '/opt/ml/model',
      SM_MODULE_DIR: 's3://bucket/job/source/sourcedir.tar.gz',
      SM_USER_ARGS: '["--epochs","5","--layers","[64, 32]","--learning-rate","0.1","--name","plain text"]',
      SM_OUTPUT_INTERMEDIATE_DIR: '/opt/ml/output/intermediate',
      SM_CHANNEL_TRAIN: '/opt/ml/input/data/train',
      'SM_CHANNEL_MY-DATA.V2': '/opt/ml/input/data/my-data.v2',
      'SM_HP_LEARNING-RATE': '0.1',
      SM_HP_EPOCHS: '5',
      SM_HP_NAME: 'plain text',
      SM_HP_LAYERS: '[64,32]',
      CURRENT_HOST: 'algo-2',
      SAGEMAKER_REGION: 'us-west-2',
      SAGEMAKER_JOB_NAME: 'the-job',
    });
  });

  test('repeats all of it in SM_TRAINING_ENV', () => {
    const all = JSON.parse(variables.SM_TRAINING_ENV ?? '');
    assert.deepEqual(all.channel_input_dirs, {
      train: '/opt/ml/input/data/train',
      'my-data.v2': '/opt/ml/input/data/my-data.v2',
    });
    assert.deepEqual(all.hyperparameters, { epochs: '5', layers: [64, 32], 'learning-rate': 0.1, name: 'plain text' });
    assert.deepEqual(all.additional_framework_parameters, { sagemaker_mpi_enabled: false });
    assert.equal(all.job_name, 'the-job');
    assert.equal(all.master_hostname, 'algo-1');
    assert.equal(all.is_master, false);
    assert.equal(all.module_name, 'train');
    assert.equal(all.log_level, 10);
    assert.equal(all.num_cpus, 4);
  });

  test('names real paths where nothing is mounted', () => {
    const { SM_MODEL_DIR, SM_CHANNEL_TRAIN } = smVariables(words, { ...place, ml: '/data/runs/x/ml' });
    assert.deepEqual([SM_MODEL_DIR, SM_CHANNEL_TRAIN], ['/data/runs/x/ml/model', '/data/runs/x/ml/input/data/train']);
  });

  test('leaves out what no program could be started with', () => {
    const long = readScriptArgs({ sagemaker_program: 'a.py', big: JSON.stringify('x'.repeat(140_000)), small: '1' });
    const { SM_HPS, SM_HP_BIG, SM_HP_SMALL, SM_TRAINING_ENV } = smVariables(long, place);
    assert.deepEqual([SM_HPS, SM_HP_BIG, SM_HP_SMALL, SM_TRAINING_ENV], [undefined, undefined, '1', undefined]);
  });
});

describe('readScriptArgs', () => {
  test('takes the program from the environment, too, as bring-your-own images do', () => {
    const read = readScriptArgs(
      {},
      { SAGEMAKER_PROGRAM: 'a.py', SAGEMAKER_SUBMIT_DIRECTORY: '/opt/ml/input/data/code' },
    );
    assert.deepEqual([read.program, read.submitDirectory], ['a.py', '/opt/ml/input/data/code']);
    assert.equal(readScriptArgs({ sagemaker_program: '""' }).program, undefined);
  });
});
