/**
 * The platform of an ordinary user: what root could do anyway must work without root, too. Inputs that are links into the store, the program's own
 * writes over them, folders that nobody may enter, a server that is killed, a model that serves. Needs user namespaces for everybody, as bubblewrap does.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CreateTrainingJobCommand, StopTrainingJobCommand } from '@aws-sdk/client-sagemaker';
import { until } from '../../examples/workflow/stage.ts';
import { type PlatformProcess, startPlatformProcess } from '../harness/platform.ts';
import { scripted, tell, unpacked } from '../harness/scripted-job.ts';
import { channel, openWorkbench, replicaPids, type Workbench } from '../harness/workbench.ts';

let platform: PlatformProcess;
let bench: Workbench;

before(async () => {
  platform = await startPlatformProcess({
    flags: ['--sandbox', 'required', '--python-environment', 'xgboost-1.7=/usr/bin/python3'],
    user: 'ordinary',
  });
  bench = await openWorkbench(platform, { maxAttempts: 10 });
});
after(async () => {
  await bench?.withdraw();
  await platform?.[Symbol.asyncDispose]();
});

const runs = () => readdir(join(platform.dataDir, 'runs', 'training'));
const isRun = async (pid: string) =>
  (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).includes(join(platform.dataDir, 'runs'));
/** Who the processes of the platform's runs are to the machine. */
async function usersOfRuns(): Promise<number[]> {
  const found: number[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    if (!(await isRun(pid))) continue;
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    const uid = /^Uid:\s+(\d+)/m.exec(status)?.[1];
    if (uid !== undefined) found.push(Number(uid));
  }
  return found;
}

describe('a platform that is not root', () => {
  test('is not', async () => {
    const { uid } = await stat(join(platform.dataDir, 'clary.db'));
    assert.notEqual(uid, 0);
  });

  test('gives a program the store’s own bytes, which stay as they are, and removes whatever it leaves', async () => {
    const bytes = Buffer.alloc(1 << 20, 'whole ');
    await bench.put('large/data.bin', bytes);
    const script = `${tell}
import hashlib
path = '/opt/ml/input/data/large/data.bin'
links = os.stat(path).st_nlink
before = hashlib.sha256(open(path, 'rb').read()).hexdigest()
os.chmod(path, 0o666); open(path, 'r+b').write(b'changed'); open('/opt/ml/input/data/large/new', 'w').write('new')
for shut in ['/opt/ml/input/data/large/shut', '/tmp/shut', '/opt/ml/output/shut']:
    os.makedirs(shut + '/inside'); os.chmod(shut, 0)
tell('seen', [os.getuid(), links, before, open(path, 'rb').read(7).decode(), sorted(os.listdir('/opt/ml/input/data/large'))])`;
    const job = await bench.train('linked', { ...scripted(script), InputDataConfig: [channel('large')] });
    assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
    const { seen } = await unpacked(await bench.read('model/linked/output/output.tar.gz'));
    const digest = createHash('sha256').update(bytes).digest('hex');
    assert.deepEqual(JSON.parse(seen ?? ''), [0, 2, digest, 'changed', ['data.bin', 'new', 'shut']]);
    assert.ok(bytes.equals(await bench.read('large/data.bin')));
    await until('the end of the run’s folder', async () => ((await runs()).length === 0 ? true : undefined));
  });

  test('finds a job again after kill -9, with two instances that know each other, and stops it', async () => {
    const script = `${tell}
import signal, socket, time
hosts = json.load(open('/opt/ml/input/config/resourceconfig.json'))['hosts']
def stopped(*_):
    open('/opt/ml/model/last', 'w').write('saved ' + ' '.join(str(bool(socket.gethostbyname(h))) for h in hosts))
    sys.exit(0)
signal.signal(signal.SIGTERM, stopped)
open('/opt/ml/began', 'w').close()
while True: time.sleep(0.05)`;
    const two = { InstanceType: 'ml.m5.large', InstanceCount: 2, VolumeSizeInGB: 1 } as const;
    await bench.sagemaker.send(
      new CreateTrainingJobCommand(bench.trainingJob('adopted', { ...scripted(script), ResourceConfig: two })),
    );
    await until('the programs', async () => {
      const [run = ''] = await runs();
      const ml = (name: string) =>
        readdir(join(platform.dataDir, 'runs', 'training', run, name, 'ml')).catch(() => ['']);
      const found = await Promise.all(['algo-1', 'algo-2'].map(ml));
      return found.every((names) => names.includes('began')) ? true : undefined;
    });
    await platform.kill9();
    const users = await usersOfRuns();
    assert.ok(users.length > 0 && !users.includes(0), users.join());
    await platform.restart();
    await bench.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: 'adopted' }));
    const job = await bench.jobEnd('adopted');
    assert.equal(job.TrainingJobStatus, 'Stopped', job.FailureReason);
    const { last } = await unpacked(await bench.read('model/adopted/output/model.tar.gz'));
    assert.equal(last, 'saved True True');
    assert.deepEqual(await usersOfRuns(), []);
  });

  test('trains and serves a model', async () => {
    const job = await bench.train('trained');
    assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
    await bench.createModel('trained', job.ModelArtifacts?.S3ModelArtifacts);
    await bench.createConfig('trained', 'trained');
    const endpoint = await bench.deploy('trained', 'trained');
    assert.equal(endpoint.EndpointStatus, 'InService', endpoint.FailureReason);
    assert.match(await bench.predict('trained'), /^\d/);
    const [replica] = await replicaPids(platform);
    assert.notEqual((await stat(`/proc/${replica}`)).uid, 0);
  });
});
