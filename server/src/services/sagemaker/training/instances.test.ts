/** Several instances of one job: each a run of its own, that finds the others by their names. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CloudWatchLogsClient, DescribeLogStreamsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateTrainingJobCommand, type CreateTrainingJobCommandInput } from '@aws-sdk/client-sagemaker';
import { startPlatform, type TestPlatform } from '../../../../../test/harness/platform.ts';
import { scripted, tell, unpacked } from '../../../../../test/harness/scripted-job.ts';
import { openWorkbench, type Workbench } from '../../../../../test/harness/workbench.ts';

let platform: TestPlatform;
let bench: Workbench;

before(async () => {
  platform = await startPlatform({ flags: ['--sandbox', 'required'] });
  bench = await openWorkbench(platform);
});
after(() => platform[Symbol.asyncDispose]());

const request = (script: string, count: number, changes: Partial<CreateTrainingJobCommandInput> = {}) => ({
  ...scripted(`${tell}
import socket, time
config = json.load(open('/opt/ml/input/config/resourceconfig.json'))
host, hosts = config['current_host'], config['hosts']
${script}`),
  InputDataConfig: undefined,
  ResourceConfig: { InstanceType: 'ml.m5.large' as const, InstanceCount: count, VolumeSizeInGB: 1 },
  ...changes,
});

/** The first waits for a word of each of the others, on a port that every such job uses. */
const meeting = `
print('hello from', host)
if host == 'algo-1':
    door = socket.create_server(('algo-1', 29500))
    words = []
    for _ in hosts[1:]:
        guest, _ = door.accept()
        words.append(guest.makefile().readline().strip()); guest.sendall(b'bye\\n')
    tell('met', sorted(words))
else:
    while True:
        try: way = socket.create_connection(('algo-1', 29500)); break
        except ConnectionRefusedError: time.sleep(0.02)
    way.sendall((os.environ['TRAINING_JOB_NAME'] + ' ' + host + '\\n').encode()); way.makefile().readline()`;

describe('instances', () => {
  it('reach each other by name; two jobs with the same port do not meet', async () => {
    const names = ['meets-1', 'meets-2'];
    const jobs = await Promise.all(names.map((name) => bench.train(name, request(meeting, 3))));
    for (const [i, job] of jobs.entries()) {
      assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
      const { met } = await unpacked(await bench.read(`model/${names[i]}/output/output.tar.gz`));
      assert.deepEqual(
        JSON.parse(met ?? ''),
        ['algo-2', 'algo-3'].map((host) => `${names[i]} ${host}`),
      );
    }
    const input = { logGroupName: '/aws/sagemaker/TrainingJobs', logStreamNamePrefix: 'meets-1/' };
    const { logStreams } = await platform.client(CloudWatchLogsClient).send(new DescribeLogStreamsCommand(input));
    assert.deepEqual(
      logStreams?.map(({ logStreamName }) => logStreamName?.split(/[/-]/).slice(2, 4).join('-')),
      ['algo-1', 'algo-2', 'algo-3'],
    );
  });

  it('end together where one of them fails', async () => {
    const job = await bench.train(
      'falls',
      request(
        `
if host == 'algo-2': open('/opt/ml/output/failure', 'w').write('AlgorithmError: the second fell'); sys.exit(1)
time.sleep(1000)`,
        2,
      ),
    );
    assert.deepEqual([job.TrainingJobStatus, job.FailureReason], ['Failed', 'AlgorithmError: the second fell']);
  });

  it('see nothing of each other’s files', async () => {
    const job = await bench.train(
      'apart',
      request(
        `
open('/opt/ml/model/' + host, 'w').close(); open('/tmp/' + host, 'w').close()
${meeting}
tell(host, [os.listdir('/opt/ml/model'), os.listdir('/tmp')])`,
        2,
      ),
    );
    assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
    const seen = await unpacked(await bench.read('model/apart/output/output.tar.gz'));
    for (const host of ['algo-1', 'algo-2']) assert.deepEqual(JSON.parse(seen[host] ?? ''), [[host], [host]]);
  });
});

describe('refused are', () => {
  const refused = (changes: Partial<CreateTrainingJobCommandInput>, message: string, from: Workbench = bench) =>
    assert.rejects(
      from.sagemaker.send(
        new CreateTrainingJobCommand(from.trainingJob('refused', { ...request('pass', 2), ...changes })),
      ),
      {
        name: 'ValidationException',
        message,
      },
    );

  it('several that must not reach each other', () =>
    refused(
      { EnableNetworkIsolation: true },
      'EnableNetworkIsolation with 2 instances is not supported by Clary yet: they could not reach each other.',
    ));

  it('more than the machine has addresses for', () =>
    refused(
      { ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 65, VolumeSizeInGB: 1 } },
      'More than 64 instances are not supported by Clary: asked for 65.',
    ));

  it('groups beside a count', () =>
    refused(
      {
        ResourceConfig: {
          InstanceType: 'ml.m5.large',
          InstanceCount: 2,
          VolumeSizeInGB: 1,
          InstanceGroups: [{ InstanceGroupName: 'g', InstanceType: 'ml.m5.large', InstanceCount: 1 }],
        },
      },
      'ResourceConfig takes either InstanceGroups, or InstanceType and InstanceCount, not both.',
    ));

  it('several without a sandbox', async () => {
    await using open = await startPlatform({ flags: ['--sandbox', 'off'] });
    await refused(
      {},
      "2 instances need bubblewrap on Clary's machine, which gives them names and folders of their own: install it (apt-get install bubblewrap) and start Clary with --sandbox auto, or set InstanceCount to 1.",
      await openWorkbench(open),
    );
  });
});
