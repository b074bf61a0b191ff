/**
 * Scripts that try to get out of their job: at the platform's files and its administrator's key, at another job, at other processes, at what their role
 * may not do, at the network. Each tells what came of its attempts, so that a refusal is seen and not assumed.
 */
import assert from 'node:assert/strict';
import { access, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateTrainingJobCommand, type CreateTrainingJobCommandInput } from '@aws-sdk/client-sagemaker';
import { until } from '../../examples/workflow/stage.ts';
import { startPlatform, type TestPlatform } from '../harness/platform.ts';
import { scripted, tell, unpacked } from '../harness/scripted-job.ts';
import { jobLog, runScript } from '../harness/scripts.ts';
import { openWorkbench, type Workbench } from '../harness/workbench.ts';

let platform: TestPlatform;
let bench: Workbench;

before(async () => {
  platform = await startPlatform({ flags: ['--sandbox', 'required', '--job-cores', '4', '--job-memory-gib', '64'] });
  bench = await openWorkbench(platform);
});
after(() => platform[Symbol.asyncDispose]());

/** What came of an attempt: the name of the error, or what it got. */
const attempts = `${tell}
import errno, json, socket, stat, subprocess, time
given = json.loads(os.environ.get('GIVEN', 'null'))
def attempt(act):
    try: return 'got ' + repr(act())[:200]
    except OSError as e: return errno.errorcode.get(e.errno, type(e).__name__)
def files(top):
    for folder, below, names in os.walk(top):
        if folder == '/': below[:] = [b for b in below if b not in ('proc', 'usr', 'lib', 'lib32', 'lib64', 'libx32', 'bin', 'sbin')]
        for n in names:
            path = os.path.join(folder, n)
            if stat.S_ISREG(os.lstat(path).st_mode): yield path
def holding(text):
    def has(path):
        try: return text in open(path, 'rb').read(2**20)
        except OSError: return False
    return [path for path in files('/') if has(path)]
`;

const request = (script: string, given?: unknown, changes: Partial<CreateTrainingJobCommandInput> = {}) => {
  const job = scripted(attempts + script);
  return {
    ...job,
    Environment: { ...job.Environment, ...(given === undefined ? {} : { GIVEN: JSON.stringify(given) }) },
    InputDataConfig: undefined,
    ...changes,
  };
};

/** What the script tells, once its job has completed. */
async function told(
  name: string,
  script: string,
  given?: unknown,
  changes: Partial<CreateTrainingJobCommandInput> = {},
) {
  const job = await bench.train(name, request(script, given, changes));
  assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
  const { seen } = await unpacked(await bench.read(`model/${name}/output/output.tar.gz`));
  return JSON.parse(seen ?? 'null');
}

const backwards = (text: string) => [...text].reverse().join('');

describe('a script does not reach', () => {
  test('the platform’s folder: its database, its keys, its objects', async () => {
    const names = (await readdir(platform.dataDir)).filter((name) => name !== 'runs');
    assert.ok(names.includes('credentials.json') && names.length > 2, names.join());
    const paths = [platform.dataDir, ...names.map((name) => join(platform.dataDir, name))];
    for (const path of paths) await access(path);
    const script = `
dir, paths = given[0], given[1:]
def changed(path):
    with open(path + '/made-by-a-job', 'w') as f: f.write('x')
tell('seen', {
    'read': [attempt(lambda: open(p).read()) for p in paths],
    'list': [attempt(lambda: os.listdir(p)) for p in paths],
    'by way of': [attempt(lambda: os.stat(way + dir)) for way in ['/proc/self/root', '/proc/1/root', '/proc/1/cwd/../../../../../../..', '/opt/ml/../../..', '/dev/../..']],
    'own root': attempt(lambda: os.listdir('/proc/1/cwd')),
    'write': attempt(lambda: changed(dir)),
    'link': attempt(lambda: os.link(paths[0], '/opt/ml/model/linked')),
    'mount': subprocess.run(['/usr/bin/mount', '-t', 'tmpfs', 'none', '/opt/ml'], capture_output=True).returncode != 0,
    'device': attempt(lambda: os.mknod('/opt/ml/disk', 0o600 | stat.S_IFBLK, os.makedev(8, 0))),
    'root': attempt(lambda: os.chroot('/proc/1/root')),
})`;
    const seen = await told('platform-files', script, [platform.dataDir, ...paths]);
    for (const kind of ['read', 'list', 'by way of'])
      for (const outcome of seen[kind])
        assert.match(outcome, /^(ENOENT|EACCES)$/, `${kind} ${JSON.stringify(seen[kind])}`);
    assert.doesNotMatch(seen['own root'], /credentials\.json|runs/);
    assert.match(seen.write, /^(ENOENT|EACCES|EROFS)$/);
    assert.equal(seen.link, 'ENOENT');
    assert.equal(seen.mount, true);
    assert.equal(seen.device, 'EPERM');
    assert.equal(seen.root, 'EPERM');
    await assert.rejects(access(join(platform.dataDir, 'made-by-a-job')), { code: 'ENOENT' });
  });

  test('the administrator’s key, wherever it is', async () => {
    const { accessKeyId, secretAccessKey } = platform.credentials;
    // Backwards, so that the words are in no file by the job's own request.
    const given = [backwards(accessKeyId), backwards(secretAccessKey)];
    const script = `
open('/opt/ml/model/control', 'w').write('a control that is found')
tell('seen', {
    'files': [holding(word[::-1].encode()) for word in given],
    'environment': [word[::-1] in json.dumps(dict(os.environ)) for word in given],
    'control': holding(b'a control that is' + b' found'),
})`;
    assert.deepEqual(await told('key', script, given), {
      files: [[], []],
      environment: [false, false],
      control: ['/opt/ml/model/control'],
    });
  });

  test('another job that runs at the same time: its files, its environment, its processes, what is in memory', async () => {
    const secret = 'only-for-the-first-job';
    const victim = `
word = os.environ['SECRET']
for path in ['/opt/ml/model/kept', '/tmp/kept', '/dev/shm/kept']: open(path, 'w').write(word)
open('/opt/ml/ready', 'w').close()
while not os.path.exists('/opt/ml/go'): time.sleep(0.02)
tell('seen', [open(path).read() == word for path in ['/opt/ml/model/kept', '/tmp/kept', '/dev/shm/kept']])`;
    const first = request(victim);
    const Environment = { ...first.Environment, SECRET: secret };
    await bench.sagemaker.send(new CreateTrainingJobCommand(bench.trainingJob('first', { ...first, Environment })));
    const runs = join(platform.dataDir, 'runs', 'training');
    const dir = await until('the first job', async () => {
      const [run = ''] = await readdir(runs).catch((): string[] => []);
      const names = await readdir(join(runs, run, 'algo-1', 'ml')).catch((): string[] => []);
      return names.includes('ready') ? join(runs, run, 'algo-1') : undefined;
    });
    const pid = async (name: string) => Number((await readFile(join(dir, name), 'utf8')).split(' ')[0]);
    const pids = [await pid('pid'), await pid('supervisor')];
    const script = `
pids, server, paths, secret = given[0], given[1], given[2], given[3][::-1].encode()
def environ(p): return open('/proc/%d/environ' % p, 'rb').read()
own = [int(n) for n in os.listdir('/proc') if n.isdigit()]
tell('seen', {
    'files': [attempt(lambda: open(p).read()) for p in paths],
    'found': holding(secret),
    'environments': [secret in environ(p) for p in own],
    'their proc': [attempt(lambda: environ(p)) for p in pids + [server]],
    'memory': [attempt(lambda: open('/proc/%d/mem' % p, 'rb').read(1)) for p in pids + [server]],
    'kills': [attempt(lambda: os.kill(p, 9)) for p in pids],
    'group': [attempt(lambda: os.killpg(p, 9)) for p in pids],
    'server': attempt(lambda: os.kill(server, 0)),
})`;
    const paths = [join(dir, 'ml/model/kept'), join(dir, 'tmp/kept'), join(dir, 'log'), '/tmp/kept', '/dev/shm/kept'];
    for (const path of paths.slice(0, 3)) await access(path);
    const seen = await told('second', script, [pids, process.pid, paths, backwards(secret)]);
    assert.deepEqual(seen.files, Array(5).fill('ENOENT'));
    assert.deepEqual(seen.found, []);
    assert.ok(seen.environments.length > 0 && !seen.environments.includes(true));
    assert.deepEqual([...seen['their proc'], ...seen.memory], Array(6).fill('ENOENT'));
    assert.deepEqual([...seen.kills, ...seen.group, seen.server], Array(5).fill('ESRCH'));
    await writeFile(join(dir, 'ml', 'go'), '');
    assert.equal((await bench.jobEnd('first')).TrainingJobStatus, 'Completed');
    const kept = await unpacked(await bench.read('model/first/output/output.tar.gz'));
    assert.deepEqual(JSON.parse(kept.seen ?? ''), [true, true, true]);
  });

  test('what its role may not do: other buckets, users, roles, jobs', async () => {
    const other = 'not-for-jobs';
    const s3 = platform.client(S3Client);
    await s3.send(new CreateBucketCommand({ Bucket: other }));
    await s3.send(new PutObjectCommand({ Bucket: other, Key: 'secret', Body: 'x' }));
    const everybody = [{ Effect: 'Allow', Action: '*', Resource: '*' }];
    const mighty = await bench.role('mighty', everybody);
    const trust = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    };
    await platform
      .client(IAMClient)
      .send(new CreateRoleCommand({ RoleName: 'not-for-sagemaker', AssumeRolePolicyDocument: JSON.stringify(trust) }));
    const text = `
import boto3, botocore, json, os, urllib.request
def refusal(service, operation, **input):
    try: getattr(boto3.client(service), operation)(**input)
    except botocore.exceptions.ClientError as e: print(operation, e.response["Error"]["Code"])
    else: print(operation, "was done")
refusal("s3", "get_object", Bucket="${other}", Key="secret")
refusal("s3", "list_buckets")
refusal("iam", "create_access_key", UserName="root")
refusal("iam", "put_role_policy", RoleName="worker", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": []}))
refusal("sts", "assume_role", RoleArn="${mighty}", RoleSessionName="session")
refusal("sagemaker", "stop_training_job", TrainingJobName="first")
refusal("sagemaker", "create_training_job", TrainingJobName="more", RoleArn="${mighty}", AlgorithmSpecification={"TrainingImage": "x", "TrainingInputMode": "File"}, OutputDataConfig={"S3OutputPath": "s3://x"}, ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1}, StoppingCondition={"MaxRuntimeInSeconds": 9})
refusal("logs", "delete_log_group", logGroupName="/aws/sagemaker/TrainingJobs")
try: urllib.request.urlopen(urllib.request.Request(os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"], headers={"Authorization": "another"}))
except urllib.error.HTTPError as e: print("credentials", e.code)
`;
    const job = await runScript(bench, 'role', {
      files: { 'train.py': text },
      changes: { InputDataConfig: undefined },
    });
    assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
    assert.deepEqual((await jobLog(bench, 'role')).slice(-9), [
      'get_object AccessDenied',
      'list_buckets AccessDenied',
      'create_access_key AccessDenied',
      'put_role_policy AccessDenied',
      'assume_role AccessDenied',
      'stop_training_job AccessDeniedException',
      'create_training_job AccessDeniedException',
      'delete_log_group AccessDeniedException',
      'credentials 403',
    ]);
    const wrong = await bench
      .train('not-its-role', { RoleArn: `arn:aws:iam::${platform.account}:role/not-for-sagemaker` })
      .then((ended) => ended.FailureReason ?? 'it ran', String);
    assert.match(wrong, /assume|AccessDenied/i);
  });

  test('any network where it is isolated: neither the platform, nor the machine by any address, nor a name', async () => {
    await using server = createServer((socket) => socket.end('hello')).listen(0, '0.0.0.0');
    await new Promise((ready) => server.once('listening', ready));
    const { port } = server.address() as { port: number };
    const addresses = [
      '127.0.0.1',
      ...Object.values(networkInterfaces())
        .flat()
        .flatMap((at) => (at?.family === 'IPv4' && !at.internal ? [at.address] : [])),
    ];
    const places = addresses.map((address) => [address, port]);
    const { hostname, port: own } = new URL(platform.endpoint);
    const script = `
def reach(place): return socket.create_connection(tuple(place), timeout=5).recv(5).decode()
tell('seen', {
    'reached': [attempt(lambda: reach(place)) for place in given[0]],
    'platform': attempt(lambda: socket.create_connection(tuple(given[1]), timeout=5).close()),
    'interfaces': [name for _, name in socket.if_nameindex()],
    'name': attempt(lambda: socket.gethostbyname('pypi.org')),
    'credentials': sorted(name for name in os.environ if name.startswith('AWS_')),
})`;
    const given = [places, [hostname, Number(own)]];
    const open = await told('open', script, given);
    assert.deepEqual([...open.reached, open.platform], [...places.map(() => "got 'hello'"), 'got None']);
    const isolated = await told('isolated', script, given, { EnableNetworkIsolation: true });
    assert.deepEqual(isolated.interfaces, ['lo']);
    assert.ok(open.credentials.includes('AWS_CONTAINER_AUTHORIZATION_TOKEN'), open.credentials.join());
    assert.deepEqual(isolated.credentials, ['AWS_DEFAULT_REGION', 'AWS_REGION']);
    for (const outcome of [...isolated.reached, isolated.platform, isolated.name]) assert.doesNotMatch(outcome, /^got/);
  });
});
