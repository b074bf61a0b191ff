/** What the program of a processing job finds, may do and says: from inside of jobs. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startPlatform, type TestPlatform } from '../../../../../test/harness/platform.ts';
import {
  cluster,
  processingLog,
  runProcessing,
  s3Input,
  s3Output,
  stored,
} from '../../../../../test/harness/processed.ts';
import { scikitLearnImage } from '../../../../../test/harness/scripts.ts';
import { bucket, openWorkbench, type Workbench } from '../../../../../test/harness/workbench.ts';

let platform: TestPlatform;
let bench: Workbench;

before(async () => {
  platform = await startPlatform({ flags: ['--sandbox', 'required', '--job-cores', '16'] });
  bench = await openWorkbench(platform);
});
after(() => platform[Symbol.asyncDispose]());

const tellTo = (name: string) => s3Output('told', `${name}/told`);
const tell = `
import json
def tell(name, value): open('/opt/ml/processing/told/' + name, 'w').write(json.dumps(value))
`;
async function told(name: string, script: string, job: Parameters<typeof runProcessing>[3] = {}) {
  const ended = await runProcessing(bench, name, tell + script, { ...job, outputs: [tellTo(name)] });
  assert.equal(ended.ProcessingJobStatus, 'Completed', ended.FailureReason);
  return Object.fromEntries(
    Object.entries(await stored(bench, `${name}/told/`)).map(([key, text]) => [key, JSON.parse(text)]),
  );
}

describe('a processing program finds', () => {
  it('its job in /opt/ml/config', async () => {
    const script = `
for name in ['processingjobconfig', 'resourceconfig']: tell(name, json.load(open(f'/opt/ml/config/{name}.json')))`;
    const changes = {
      ProcessingResources: cluster(2),
      Environment: { KEY: 'value' },
      Tags: [{ Key: 'k', Value: 'v' }],
    };
    const { processingjobconfig: config, resourceconfig } = await told('config', script, { changes });
    const code = s3Input('code', 'config/code/script.py', { LocalPath: '/opt/ml/processing/input/code' });
    assert.deepEqual(config, {
      ProcessingJobArn: 'arn:aws:sagemaker:us-east-1:000000000000:processing-job/config',
      ProcessingJobName: 'config',
      AppSpecification: {
        ImageUri: scikitLearnImage,
        ContainerEntrypoint: ['python3', '/opt/ml/processing/input/code/script.py'],
      },
      Environment: { KEY: 'value' },
      ProcessingInputs: [
        { ...code, S3Input: { ...code.S3Input, S3DataDistributionType: 'FullyReplicated', S3CompressionType: 'None' } },
      ],
      ProcessingOutputConfig: { Outputs: [tellTo('config')] },
      ProcessingResources: cluster(2),
      RoleArn: bench.roleArn,
      StoppingCondition: { MaxRuntimeInSeconds: 86_400 },
    });
    assert.deepEqual(resourceconfig, { current_host: 'algo-2', hosts: ['algo-1', 'algo-2'] });
  });

  it('its arguments, its variables, its role’s credentials, and nothing of the platform’s', async () => {
    const script = `
import os, sys
tell('argv', sys.argv[1:]); tell('env', dict(os.environ)); tell('cwd', os.getcwd())`;
    const Environment = { OWN: 'a "b" $c\nd', PATH_LIKE: '/x:/y', OMP_NUM_THREADS: '1' };
    const AppSpecification = {
      ImageUri: scikitLearnImage,
      ContainerEntrypoint: ['python3', '/opt/ml/processing/input/code/script.py'],
      ContainerArguments: ['--rate', '0.1', 'two words', '$HOME', ''],
    };
    const { argv, env, cwd } = await told('words', script, { changes: { Environment, AppSpecification } });
    assert.deepEqual(argv, AppSpecification.ContainerArguments);
    assert.equal(cwd, '/opt/ml/processing');
    for (const [name, value] of Object.entries(Environment)) assert.equal(env[name], value);
    assert.equal(env.PROCESSING_JOB_NAME, 'words');
    assert.equal(env.PROCESSING_JOB_ARN, 'arn:aws:sagemaker:us-east-1:000000000000:processing-job/words');
    assert.equal(env.AWS_REGION, 'us-east-1');
    assert.ok(!JSON.stringify(env).includes(platform.credentials.secretAccessKey));
    assert.ok(!JSON.stringify(env).includes(platform.dataDir), 'a path of the platform is in the environment');
  });

  it('scikit-learn and pandas, and S3 by boto3 as its role', async () => {
    const script = `
import boto3, pandas, sklearn.preprocessing
frame = pandas.read_csv('/opt/ml/processing/input/train/data.csv', header=None)
tell('rows', len(sklearn.preprocessing.StandardScaler().fit_transform(frame)))
tell('arn', boto3.client('sts').get_caller_identity()['Arn'])
tell('keys', [o['Key'] for o in boto3.client('s3').list_objects_v2(Bucket='${bucket}', Prefix='train/')['Contents']])`;
    assert.deepEqual(await told('libraries', script, { inputs: [s3Input('train', 'train/')] }), {
      rows: 20,
      arn: 'arn:aws:sts::000000000000:assumed-role/worker/SageMaker',
      keys: ['train/data.csv'],
    });
  });

  it('the other instances by their names', async () => {
    const script = `
import socket, time
config = json.load(open('/opt/ml/config/resourceconfig.json'))
if config['current_host'] == 'algo-1':
    server = socket.create_server(('algo-1', 7777)); peer, _ = server.accept(); tell('heard', peer.recv(100).decode())
else:
    for _ in range(200):
        try: peer = socket.create_connection(('algo-1', 7777)); break
        except ConnectionRefusedError: time.sleep(0.1)
    peer.sendall(b'hello from algo-2')`;
    assert.deepEqual(await told('peers', script, { changes: { ProcessingResources: cluster(2) } }), {
      heard: 'hello from algo-2',
    });
  });

  it('no network and no credentials where it is isolated', async () => {
    const script = `
import os, socket
try: socket.create_connection(('127.0.0.1', ${new URL(platform.endpoint).port}), 1)
except OSError as error: tell('refused', True)
tell('interfaces', [name for _, name in socket.if_nameindex()])
tell('credentials', [name for name in os.environ if name.startswith('AWS_') and 'REGION' not in name])`;
    const changes = { NetworkConfig: { EnableNetworkIsolation: true } };
    assert.deepEqual(await told('isolated', script, { changes }), {
      refused: true,
      interfaces: ['lo'],
      credentials: [],
    });
  });

  it('XGBoost in its image, and a shell', async () => {
    const changes = {
      AppSpecification: {
        ImageUri: '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1',
        ContainerEntrypoint: [
          '/bin/bash',
          '-c',
          'python3 -c "import xgboost; print(xgboost.__name__)" && echo "$0 $1"',
        ],
        ContainerArguments: ['zero', 'one'],
      },
    };
    const job = await runProcessing(bench, 'shell', '', { changes });
    assert.equal(job.ProcessingJobStatus, 'Completed', job.FailureReason);
    assert.deepEqual((await processingLog(bench, 'shell')).slice(-2), ['xgboost', 'zero one']);
  });
});

describe('a processing program says', () => {
  it('why it failed, by its traceback', async () => {
    const script = `import sys\nprint('before')\ndef inner(): raise ValueError('the third column is empty')\ninner()`;
    const job = await runProcessing(bench, 'traceback', script);
    assert.equal(job.ProcessingJobStatus, 'Failed');
    const reason = job.FailureReason ?? '';
    assert.match(reason, /^AlgorithmError: See job logs for more information\nExitCode 1\nErrorMessage "Traceback /);
    assert.match(reason, /ValueError: the third column is empty"\n/);
    assert.match(reason, /Command "python3 \/opt\/ml\/processing\/input\/code\/script\.py"/);
    assert.match(reason, /\/aws\/sagemaker\/ProcessingJobs, traceback\/algo-1-\d+$/);
    assert.ok(reason.length <= 1024);
    assert.equal(job.ExitMessage, undefined);
    assert.ok((await processingLog(bench, 'traceback')).includes('before'));
  });

  it('why it failed, by its exit code where it said nothing, and which program was not found', async () => {
    const quiet = await runProcessing(bench, 'quiet', 'raise SystemExit(7)');
    assert.match(quiet.FailureReason ?? '', /^AlgorithmError: .*\nExitCode 7\n/);
    const AppSpecification = { ImageUri: scikitLearnImage, ContainerEntrypoint: ['no-such-program'] };
    const missing = await runProcessing(bench, 'missing', '', { changes: { AppSpecification } });
    assert.match(missing.FailureReason ?? '', /ExitCode 127\nErrorMessage "[^"]*no-such-program: not found/);
  });

  it('a word in /opt/ml/output/message, however it ends: the first KB', async () => {
    const say = (text: string, end: string) =>
      `open('/opt/ml/output/message', 'w').write(${text}); raise SystemExit(${end})`;
    assert.equal((await runProcessing(bench, 'said', say(`'ü' * 3000`, '0'))).ExitMessage, 'ü'.repeat(512));
    const failed = await runProcessing(bench, 'said-failed', say(`'CompletedWithViolations: 3'`, '2'));
    assert.deepEqual([failed.ProcessingJobStatus, failed.ExitMessage], ['Failed', 'CompletedWithViolations: 3']);
    const script = `host = __import__('json').load(open('/opt/ml/config/resourceconfig.json'))['current_host']\nopen('/opt/ml/output/message', 'w').write(host + ' ')`;
    const both = await runProcessing(bench, 'said-both', script, { changes: { ProcessingResources: cluster(2) } });
    assert.equal(both.ExitMessage, 'algo-1 algo-2');
  });

  it('a word that is not UTF-8: the job fails', async () => {
    const job = await runProcessing(bench, 'latin', `open('/opt/ml/output/message', 'wb').write(b'caf\\xe9!')`);
    assert.equal(job.FailureReason, 'ClientError: the exit message in /opt/ml/output/message is not UTF-8');
  });

  it('nothing of the machine by a link in the message’s place', async () => {
    const job = await runProcessing(
      bench,
      'linked',
      `import os; os.symlink('/etc/hostname', '/opt/ml/output/message')`,
    );
    assert.deepEqual([job.ProcessingJobStatus, job.ExitMessage], ['Completed', undefined]);
  });
});
