/** What scripts do besides training: boto3, shells and packages, requirements, much output, children that they forget. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { startPlatform, type TestPlatform } from '../../harness/platform.ts';
import { jobLog, runScript, type Script, scikitLearnImage } from '../../harness/scripts.ts';
import { bucket, channel, openWorkbench, type Workbench } from '../../harness/workbench.ts';

let platform: TestPlatform;
let bench: Workbench;

before(async () => {
  platform = await startPlatform();
  bench = await openWorkbench(platform);
});
after(() => platform[Symbol.asyncDispose]());

/** The lines of a job that must complete. */
async function printed(name: string, script: Script): Promise<string[]> {
  const job = await runScript(bench, name, script);
  const log = await jobLog(bench, name);
  assert.equal(job.TrainingJobStatus, 'Completed', `${job.FailureReason}\n${log.join('\n')}`);
  return log;
}

describe('a script does', () => {
  test('find its role, region and platform by the environment alone: boto3 just works, and may do what the role may', async () => {
    const text = `
import boto3, botocore
session = boto3.Session()
print("region", session.region_name)
print("arn", session.client("sts").get_caller_identity()["Arn"])
s3 = session.client("s3")
print("rows", s3.get_object(Bucket="${bucket}", Key="train/data.csv")["Body"].read().count(b"\\n"))
try:
    s3.delete_object(Bucket="${bucket}", Key="train/data.csv")
except botocore.exceptions.ClientError as error:
    print("delete", error.response["Error"]["Code"])
`;
    const log = await printed('boto3', { files: { 'train.py': text } });
    assert.deepEqual(log.slice(-4), [
      'region us-east-1',
      `arn arn:aws:sts::${platform.account}:assumed-role/worker/SageMaker`,
      'rows 19',
      'delete AccessDenied',
    ]);
  });

  test('find the contract in its environment, and nothing of the platform’s', async () => {
    const text =
      'import json, os, sys\nprint(json.dumps({"env": dict(os.environ), "argv": sys.argv, "cwd": os.getcwd(), "python": sys.executable}))\n';
    const log = await printed('contract', {
      files: { 'train.py': text },
      hyperparameters: { 'learning-rate': 0.1, flag: true, name: 'a b' },
      changes: { InputDataConfig: [channel('my-data', 'train/')], Environment: { OWN: 'word', OMP_NUM_THREADS: '1' } },
    });
    const { env, argv, cwd, python } = JSON.parse(log.at(-1) ?? '');
    assert.deepEqual(argv, ['train.py', '--flag', 'True', '--learning-rate', '0.1', '--name', 'a b']);
    assert.deepEqual([cwd, python], ['/opt/ml/code', '/opt/python/bin/python3']);
    assert.equal(env['SM_HP_LEARNING-RATE'], '0.1');
    assert.equal(env['SM_CHANNEL_MY-DATA'], '/opt/ml/input/data/my-data');
    assert.equal(env.SM_HPS, '{"flag":true,"learning-rate":0.1,"name":"a b"}');
    assert.deepEqual([env.OWN, env.OMP_NUM_THREADS, env.TRAINING_JOB_NAME], ['word', '1', 'contract']);
    assert.ok(Number(env.SM_NUM_CPUS) >= 1 && env.OPENBLAS_NUM_THREADS === env.SM_NUM_CPUS);
    assert.ok(!JSON.stringify(env).includes(platform.credentials.secretAccessKey));
    assert.ok(!JSON.stringify(env).includes(platform.dataDir), 'a path of the platform is in the environment');
  });

  test('be a shell’s, with the environment’s python3 and pip3', async () => {
    const text =
      'echo "args $*"\npython3 -c "import sklearn; print(sklearn.__name__)"\npip3 --version | cut -d" " -f1\n';
    const log = await printed('shell', { program: 'go.sh', files: { 'go.sh': text }, hyperparameters: { x: 1 } });
    assert.deepEqual(log.slice(-3), ['args -x 1', 'sklearn', 'pip']);
  });

  test('be a command of the request’s own, with its arguments, whether the environment was seen before or not', async () => {
    const own = {
      ContainerEntrypoint: ['python3', '-c'],
      ContainerArguments: ['import sys, sklearn; print("own", sys.argv)', 'a b'],
    };
    for (const name of ['own-command', 'own-command-2']) {
      const job = await bench.train(name, {
        AlgorithmSpecification: { TrainingImage: scikitLearnImage, TrainingInputMode: 'File', ...own },
      });
      assert.equal(job.TrainingJobStatus, 'Completed', job.FailureReason);
      assert.equal((await jobLog(bench, name)).at(-1), "own ['-c', 'a b']");
    }
  });

  test('be a package with a setup.py, installed before it begins', async () => {
    const setup = 'from setuptools import setup\nsetup(name="trainer", version="1.0", packages=["trainer"])\n';
    const files = {
      'setup.py': setup,
      'trainer/__init__.py': '',
      'trainer/__main__.py': 'import trainer\nprint("from", __package__)\n',
    };
    const log = await printed('package', { program: 'trainer', files });
    assert.equal(log.at(-1), 'from trainer');
  });

  test('get what requirements.txt asks for; the second job finds it made', async () => {
    const files = {
      'requirements.txt': 'tabulate==0.9.0\n',
      'train.py': 'import tabulate, sklearn\nprint("tabulate", tabulate.__version__)\n',
    };
    const [first, second] = [await printed('requirements', { files }), await printed('requirements-2', { files })];
    assert.equal(first.at(-1), 'tabulate 0.9.0');
    assert.equal(second.at(-1), 'tabulate 0.9.0');
    assert.ok(!second.join('\n').includes('Installing what'), second.join('\n'));
  });

  test('fail by requirements that do not exist, with a reason and a log that say so', async () => {
    const files = { 'requirements.txt': 'no-such-package-of-anybody==9.9\n', 'train.py': '' };
    const job = await runScript(bench, 'no-requirements', { files });
    assert.equal(job.TrainingJobStatus, 'Failed');
    assert.match(job.FailureReason ?? '', /no-such-package-of-anybody/);
    assert.match(
      (await jobLog(bench, 'no-requirements')).join('\n'),
      /No matching distribution found for no-such-package-of-anybody==9\.9/,
    );
  });

  test('install packages while it runs, without touching what others use', async () => {
    const text =
      'import subprocess, sys\nsubprocess.run(["pip3", "install", "-q", "tabulate==0.8.10"], check=True)\nimport tabulate, importlib.metadata\nprint("tabulate", importlib.metadata.version("tabulate"), tabulate.__file__.startswith("/opt/python/"))\n';
    assert.equal((await printed('pip', { files: { 'train.py': text } })).at(-1), 'tabulate 0.8.10 True');
  });

  test('log 100 MB: every line is in the log', async () => {
    const text = 'line = "x" * 1000\nfor i in range(100_000):\n    print(i, line)\nprint("last")\n';
    const log = await printed('loud', { files: { 'train.py': text } });
    const numbers = log.filter((line) => /^\d+ x{1000}$/.test(line)).map((line) => Number(line.split(' ')[0]));
    assert.deepEqual(
      numbers,
      Array.from({ length: 100_000 }, (_, i) => i),
    );
    assert.equal(log.at(-1), 'last');
  });

  test('leave children behind: none remain', async () => {
    const mark = `forgotten-${process.pid}`;
    const text = `import subprocess\nfor detached in (True, False):\n    subprocess.Popen(["/bin/sh", "-c", "sleep 3600; : ${mark}"], start_new_session=detached)\nprint("gone")\n`;
    assert.equal((await printed('children', { files: { 'train.py': text } })).at(-1), 'gone');
    for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
      const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      assert.ok(!words.includes(mark), `${pid} remains: ${words}`);
    }
  });
});
