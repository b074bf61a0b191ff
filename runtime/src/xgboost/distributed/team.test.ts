/** Several instances of a job as processes, each with an address of its own on the loopback instead of a name. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { csv, type ExampleJob, exampleJob, libsvm } from '../../contract/example-job.ts';
import { ensureLibrary } from '../library.ts';
import { readModel } from '../model.ts';

const program = fileURLToPath(new URL('../../main.ts', import.meta.url));
before(() => ensureLibrary(process.env, () => {}));

type Channels = Parameters<typeof exampleJob>[1];

interface Instance {
  readonly job: ExampleJob;
  readonly child: ChildProcess;
  /** Resolves at its first line of a round. */
  readonly firstRound: Promise<void>;
  readonly ended: Promise<{ status: number | string | null; printed: string; failure: string | undefined }>;
}

let networks = 0;

/** Begins all of them; those without channels' files find the channels empty. */
function start(given: Record<string, string>, shares: readonly Channels[]): Instance[] {
  networks += 1;
  const hosts = shares.map((_, i) => `127.201.${networks}.${i + 1}`);
  const channels = Object.fromEntries(
    shares.flatMap(Object.entries).map(([name, { type }]) => [name, { ContentType: type }]),
  );
  return shares.map((share, i) => {
    const job = exampleJob({ num_round: '3', nthread: '1', ...given }, share);
    job.write('input/config/inputdataconfig.json', JSON.stringify(channels));
    job.write('input/config/resourceconfig.json', JSON.stringify({ current_host: hosts[i], hosts }));
    const child = spawn(process.execPath, [program, 'train', '--ml-dir', job.mlDir], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, TRAINING_JOB_ARN: `arn:job/${networks}` },
    });
    const round = Promise.withResolvers<void>();
    let printed = '';
    const receive = (chunk: Buffer) => {
      printed += chunk;
      if (printed.includes('#011train-')) round.resolve();
    };
    child.stdout.on('data', receive);
    child.stderr.on('data', receive);
    const ended = once(child, 'close').then(([code, signal]) => ({
      status: code ?? signal,
      printed,
      failure: job.read('output/failure')?.toString(),
    }));
    return { job, child, firstRound: round.promise, ended };
  });
}

async function together(given: Record<string, string>, shares: readonly Channels[]) {
  const instances = start(given, shares);
  const ends = await Promise.all(instances.map(({ ended }) => ended));
  const models = instances.map(({ job }) => job.read('model/xgboost-model'));
  for (const { job } of instances) job[Symbol.dispose]();
  return { ends, models, failures: ends.map(({ failure }) => failure), statuses: ends.map(({ status }) => status) };
}

const rows = (from: number, count = 200) =>
  Array.from({ length: count }, (_, i) => `${from + (i % 5)},${from},${i % 5}`).join('\n');

describe('instances train together', { concurrency: 2 }, () => {
  test('and the first alone prints the rounds and keeps the model', async () => {
    const { ends, models, failures } = await together({ num_round: '50' }, [
      { train: csv(rows(0)) },
      { train: csv(rows(100)) },
    ]);
    assert.deepEqual(failures, [undefined, undefined]);
    assert.deepEqual(
      ends.map(({ printed }) => printed.match(/#011train-rmse/g)?.length),
      [50, undefined],
    );
    assert.deepEqual(
      models.map((model) => model !== undefined),
      [true, false],
    );
    const { predict } = await readModel(models[0] ?? Buffer.alloc(0));
    const [low = 0, high = 0] = predict(Float32Array.of(0, 2, 100, 2), 2);
    assert.ok(Math.abs(low - 2) < 1 && Math.abs(high - 102) < 1, `${low} ${high}`);
  });

  test('with as many features as the widest has', async () => {
    const { failures, models } = await together({}, [
      { train: libsvm('1 0:1\n2 0:2\n') },
      { train: libsvm('5 4:1\n6 4:2\n') },
    ]);
    assert.deepEqual(failures, [undefined, undefined]);
    assert.equal((await readModel(models[0] ?? Buffer.alloc(0))).features, 5);
  });

  test('without those that lack a channel; a single remaining instance trains alone', async () => {
    const both = { train: csv(rows(0)), validation: csv(rows(0, 5)) };
    const { ends, models } = await together({}, [{ train: csv(rows(0)) }, both]);
    assert.deepEqual(
      ends.map(({ status }) => status),
      [0, 0],
    );
    assert.match(ends[0]?.printed ?? '', /is not used in distributed training: Channel validation holds no file/);
    assert.deepEqual(
      models.map((model) => model !== undefined),
      [false, true],
    );
  });

  test('and stop early after the same round', async () => {
    const noisy = (seed: number) =>
      Array.from({ length: 100 }, (_, i) => `${(i * seed * 7919) % 101},${(i * 31) % 17}`).join('\n');
    const share = (seed: number) => ({ train: csv(noisy(seed)), validation: csv(noisy(seed + 1)) });
    const given = { num_round: '500', eta: '0.9', eval_metric: 'rmse', early_stopping_rounds: '3' };
    const { ends } = await together(given, [share(3), share(5)]);
    assert.deepEqual(
      ends.map(({ status }) => status),
      [0, 0],
    );
    assert.match(ends[0]?.printed ?? '', /Stopping\. Best iteration: \[\d+\] validation-rmse:/);
  });
});

describe('instances fail together', { concurrency: 2 }, () => {
  const cases: [what: string, given: Record<string, string>, shares: Channels[], failure: RegExp][] = [
    ['where none has all channels', {}, [{ train: csv('1,2\n') }, { validation: csv('1,2\n') }], /^ClientError: No hosts received training data\.$/],
    ['where the data of one is wrong', {}, [{ train: csv('1,2\n') }, { train: csv('1,x\n') }], /^ClientError: train\/data, line 1, column 2: "x" is not a number/],
    ['where their files have other columns', {}, [{ train: csv('1,2\n') }, { train: csv('1,2,3\n') }], /^ClientError: Channel train has 1 features on 127\.201\.\d+\.1, 2 on 127\.201\.\d+\.2: /],
    ['where the library refuses', { updater: 'magic' }, [{ train: csv('1,2\n') }, { train: csv('1,2\n') }], /^ClientError: XGBoost refuses the data or the hyperparameters: Unknown tree updater magic$/],
    ['where the booster cannot', { booster: 'gblinear' }, [{ train: csv('1,2\n') }, { train: csv('1,2\n') }], /^ClientError: Hyperparameter booster: gblinear learns from the data of one instance alone/],
  ]; // biome-ignore format: a table
  for (const [what, given, shares, failure] of cases) {
    test(`${what}, in the same words`, async () => {
      const { statuses, failures, models } = await together(given, shares);
      assert.deepEqual(statuses, [1, 1]);
      assert.deepEqual(models, [undefined, undefined]);
      for (const each of failures) assert.match(each ?? '', failure);
    });
  }

  for (const [what, killed] of [
    ['the first', 0],
    ['another', 1],
  ] as const) {
    test(`where ${what} is killed while they train`, async () => {
      const share = { train: csv(rows(0, 5000)) };
      const instances = start({ num_round: '1000000', max_depth: '8' }, [share, share]);
      await instances[0]?.firstRound;
      instances[killed]?.child.kill('SIGKILL');
      const ends = await Promise.all(instances.map(({ ended }) => ended));
      for (const { job } of instances) job[Symbol.dispose]();
      assert.equal(ends[killed]?.status, 'SIGKILL');
      assert.equal(ends[1 - killed]?.status, 1);
      assert.match(
        ends[1 - killed]?.failure ?? '',
        /^AlgorithmError: the instance 127\.201\.\d+\.\d ended before the training was over$/,
      );
    });
  }
});
