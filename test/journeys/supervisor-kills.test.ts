/**
 * What belongs to a running job is killed (-9): its supervisor, its program, the run that makes its environment, with or without the server. The job
 * fails with a reason or begins again where it may; nothing goes on running, nothing begins twice.
 */
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { CreateTrainingJobCommand, type CreateTrainingJobCommandInput } from '@aws-sdk/client-sagemaker';
import { until } from '../../examples/workflow/stage.ts';
import { type PlatformProcess, startPlatformProcess } from '../harness/platform.ts';
import { beginnings } from '../harness/runs.ts';
import { scripted, tell, unpacked } from '../harness/scripted-job.ts';
import { archiveOf, jobLog, scikitLearnImage } from '../harness/scripts.ts';
import { bucket, channel, openWorkbench, type Workbench } from '../harness/workbench.ts';

let platform: PlatformProcess;
let bench: Workbench;

before(async () => {
  platform = await startPlatformProcess({ flags: ['--sandbox', 'required'] });
  bench = await openWorkbench(platform, { maxAttempts: 10 });
});
after(() => platform[Symbol.asyncDispose]());
afterEach(() => nothingLeft());

/** The only job's folder. */
async function jobDir(): Promise<string> {
  const runs = join(platform.dataDir, 'runs', 'training');
  const [run = ''] = await readdir(runs).catch((): string[] => []);
  return join(runs, run);
}
const pidIn = async (run: string, name: 'pid' | 'supervisor') =>
  Number((await readFile(join(await jobDir(), run, name), 'utf8')).split(' ')[0]);
const kill = async (run: string, name: 'pid' | 'supervisor') => process.kill(await pidIn(run, name), 'SIGKILL');

const programs = async () => (await readdir('/proc')).filter((name) => /^\d+$/.test(name));

/** The user's own program, as the machine sees it: the innermost of those that were started with this word. */
async function programWith(word: string): Promise<number> {
  for (const pid of (await programs()).reverse()) {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
    if (name.startsWith('python3') && environment.includes(`WORD=${word}`)) return Number(pid);
  }
  assert.fail(`no program has the word ${word}`);
}

/** No folder, and no process that knows of the job: by its words or by its environment. */
async function nothingLeft(): Promise<void> {
  await until('the end of all folders', async () =>
    (await readdir(join(platform.dataDir, 'runs', 'training'))).length === 0 ? true : undefined,
  );
  const left = async (): Promise<string[]> => {
    const found: string[] = [];
    for (const pid of await programs()) {
      const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
      if (words.includes(join(platform.dataDir, 'runs')) || environment.includes('WORD=of-supervisor-kills'))
        found.push(`${pid}: ${words.replaceAll('\0', ' ')}`);
    }
    return found;
  };
  // The kernel takes a moment to end what it was told to kill.
  await until('the end of all processes', async () => ((await left()).length === 0 ? true : undefined), 20_000);
}

const word = (name: string) => `of-supervisor-kills-${name}`;
const twice = { RetryStrategy: { MaximumRetryAttempts: 1 } };

/** What a program does before it says that it runs, after that, and when it begins again. */
interface Parts {
  readonly first?: string;
  readonly rest?: string;
  readonly again?: string;
}
/** SIGTERM is ignored from here on. */
const marksDeaf = `open('/opt/ml/checkpoints/deaf', 'w').close()`;

/** Its program begins by saying so, leaves children of both kinds, and then waits for ever; begun again it ends well. */
async function begin(
  name: string,
  changes: Partial<CreateTrainingJobCommandInput> = {},
  { first = '', rest = 'while True: time.sleep(1)', again = "tell('seen', 'again')" }: Parts = {},
): Promise<void> {
  const script = `${tell}
import subprocess, time, uuid
print('began', uuid.uuid4(), flush=True)
if os.path.exists('/opt/ml/checkpoints/ran'): ${again}; sys.exit(0)
${first}
for detached in (True, False): subprocess.Popen(['sleep', '3600'], start_new_session=detached)
open('/opt/ml/checkpoints/ran', 'w').close()
${rest}`;
  const job = scripted(script);
  const input = bench.trainingJob(name, {
    ...job,
    Environment: { ...job.Environment, WORD: word(name) },
    InputDataConfig: undefined,
    CheckpointConfig: { S3Uri: `s3://${bucket}/ckpt/${name}` },
    ...changes,
  });
  await bench.sagemaker.send(new CreateTrainingJobCommand(input));
  await until(`${name} to run`, () => bench.read(`ckpt/${name}/ran`).catch(() => undefined));
}

async function endsAs(name: string, status: string, began: number): Promise<string> {
  const job = await bench.jobEnd(name);
  assert.equal(job.TrainingJobStatus, status, job.FailureReason);
  assert.equal(beginnings(await jobLog(bench, name)), began);
  return job.FailureReason ?? '';
}
const vanished = /^InternalServerError: the process vanished without a status .*supervisor was killed/;

describe('kill -9 of a job’s supervisor', () => {
  test('takes its program along; the job fails and says why', async () => {
    await begin('supervisor');
    await kill('algo-1', 'supervisor');
    assert.match(await endsAs('supervisor', 'Failed', 1), vanished);
  });

  test('while the server is away, too', async () => {
    await begin('away');
    await platform.kill9();
    await kill('algo-1', 'supervisor');
    await platform.restart();
    assert.match(await endsAs('away', 'Failed', 1), vanished);
  });

  test('lets the job restart if it may, once the first program has ended', async () => {
    await begin('again', twice);
    await kill('algo-1', 'supervisor');
    await endsAs('again', 'Completed', 2);
    const { seen } = await unpacked(await bench.read('model/again/output/output.tar.gz'));
    assert.equal(seen, '"again"');
  });

  test('of one of two instances ends the other', async () => {
    await begin('pair', { ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 2, VolumeSizeInGB: 1 } });
    await kill('algo-2', 'supervisor');
    const job = await bench.jobEnd('pair');
    assert.equal(job.TrainingJobStatus, 'Failed');
    assert.match(job.FailureReason ?? '', vanished);
  });
});

const ofKill = /^AlgorithmError: ExecuteUserScriptError:\nExitCode 137\n[\s\S]*Process killed by SIGKILL/;

describe('kill -9 of a job’s program', () => {
  test('from outside: the job fails with the program’s end, and does not begin again, for it was not the platform’s fault', async () => {
    await begin('program', twice);
    process.kill(await programWith(word('program')), 'SIGKILL');
    assert.match(await endsAs('program', 'Failed', 1), ofKill);
  });

  test('with its sandbox', async () => {
    await begin('sandboxed', twice);
    await kill('algo-1', 'pid');
    assert.match(await endsAs('sandboxed', 'Failed', 1), ofKill);
  });

  test('while the server is away, too', async () => {
    await begin('program-away', twice);
    await platform.kill9();
    process.kill(await programWith(word('program-away')), 'SIGKILL');
    await platform.restart();
    assert.match(await endsAs('program-away', 'Failed', 1), ofKill);
  });
});

describe('kill -9 of what feeds a job’s pipes', () => {
  const megabytes = 8;
  const cut = /^InternalServerError: the process that feeds the channels of input mode Pipe was killed/;
  const half = `
stream = open('/opt/ml/input/data/train_0', 'rb')
read = len(stream.read(100000))`;

  /** A program that is in the midst of its first epoch. */
  async function beginReading(name: string, rest: string, changes: Partial<CreateTrainingJobCommandInput> = {}) {
    await bench.put('stream/object', Buffer.alloc(megabytes * 1e6, 'x'));
    const input = { ...channel('train', 'stream/'), InputMode: 'Pipe' as const };
    await begin(name, { InputDataConfig: [input], ...changes }, { first: half, rest });
  }
  const go = async () => writeFile(join(await jobDir(), 'algo-1', 'ml', 'go'), '');
  const waitToGo = `while not os.path.exists('/opt/ml/go'): time.sleep(0.02)`;

  for (const run of ['pid', 'supervisor'] as const) {
    test(`(its ${run}): a program that takes the cut stream for everything and ends well has failed all the same`, async () => {
      const name = `fed-${run}`;
      await beginReading(
        name,
        `import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)
${marksDeaf}
${waitToGo}
print('read all but', ${megabytes * 1e6} - read - len(stream.read()), flush=True)`,
      );
      await until('its deafness', () => bench.read(`ckpt/${name}/deaf`).catch(() => undefined));
      await kill('companion', run);
      if (run === 'pid') await go();
      assert.match(await endsAs(name, 'Failed', 1), cut);
      await assert.rejects(bench.read(`model/${name}/output/model.tar.gz`), { name: 'NoSuchKey' });
    });
  }

  test('a program that waits for the next epoch, which never comes, is ended', async () => {
    await beginReading('epochs', `for epoch in range(1, 1000000): open('/opt/ml/input/data/train_%d' % epoch).read(1)`);
    await kill('companion', 'pid');
    assert.match(await endsAs('epochs', 'Failed', 1), cut);
  });

  test('while the server is away, too', async () => {
    await beginReading('fed-away', 'while True: time.sleep(1)');
    await platform.kill9();
    await kill('companion', 'pid');
    await platform.restart();
    assert.match(await endsAs('fed-away', 'Failed', 1), cut);
  });

  test('lets the job begin again where it may, with all of its data', async () => {
    const again = `tell('seen', len(open('/opt/ml/input/data/train_0', 'rb').read()))`;
    await bench.put('stream/object', Buffer.alloc(megabytes * 1e6, 'x'));
    const input = { ...channel('train', 'stream/'), InputMode: 'Pipe' as const };
    await begin('fed-again', { InputDataConfig: [input], ...twice }, { first: half, again });
    await kill('companion', 'pid');
    await endsAs('fed-again', 'Completed', 2);
    const { seen } = await unpacked(await bench.read('model/fed-again/output/output.tar.gz'));
    assert.equal(seen, String(megabytes * 1e6));
  });
});

describe('kill -9 while the environment is made', () => {
  /** A package that does not come: its maker waits until it is killed. */
  async function making(name: string, act: () => Promise<unknown>, changes: Partial<CreateTrainingJobCommandInput>) {
    let asked = 0;
    await using index = createServer((_, response) => {
      asked += 1;
      if (asked > 1) response.writeHead(404).end();
    }).listen(0, '127.0.0.1');
    await new Promise((ready) => index.once('listening', ready));
    const { port } = index.address() as { port: number };
    const key = `${name}/sourcedir.tar.gz`;
    const requirements = `slow @ http://127.0.0.1:${port}/${name}-1.0.tar.gz\n`;
    await bench.put(key, await archiveOf({ 'train.py': 'print("began")\n', 'requirements.txt': requirements }));
    const input = bench.trainingJob(name, {
      AlgorithmSpecification: { TrainingImage: scikitLearnImage, TrainingInputMode: 'File' },
      HyperParameters: { sagemaker_program: 'train.py', sagemaker_submit_directory: `s3://${bucket}/${key}` },
      InputDataConfig: undefined,
      ...changes,
    });
    await bench.sagemaker.send(new CreateTrainingJobCommand(input));
    await until('somebody to ask for the package', async () => (asked > 0 ? true : undefined));
    await act();
    const job = await bench.jobEnd(name);
    index.closeAllConnections();
    assert.equal(job.TrainingJobStatus, 'Failed');
    assert.ok(!(await jobLog(bench, name)).includes('began'));
    return job;
  }
  const statuses = (job: Awaited<ReturnType<typeof making>>) =>
    job.SecondaryStatusTransitions?.map(({ Status }) => Status);

  test('of its maker: the job fails and says what was being made', async () => {
    const job = await making('maker', () => kill('making', 'pid'), twice);
    assert.match(job.FailureReason ?? '', /^ClientError: The job's environment could not be set up; see its log: /);
    assert.deepEqual(statuses(job), ['Starting', 'Downloading', 'Failed']);
  });

  test('of both it and its supervisor: the job begins again where it may', async () => {
    const both = async () => process.kill(-(await pidIn('making', 'supervisor')), 'SIGKILL');
    const job = await making('both', both, twice);
    assert.deepEqual(statuses(job), ['Starting', 'Downloading', 'Restarting', 'Downloading', 'Failed']);
    assert.match(job.FailureReason ?? '', /404/);
  });

  test('of both while the server is away: the job fails where it may not', async () => {
    const job = await making(
      'both-away',
      async () => {
        const group = -(await pidIn('making', 'supervisor'));
        await platform.kill9();
        process.kill(group, 'SIGKILL');
        await platform.restart();
      },
      {},
    );
    assert.match(job.FailureReason ?? '', vanished);
  });
});
