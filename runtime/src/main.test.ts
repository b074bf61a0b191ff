import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { csv, exampleFolder, exampleJob } from './contract/example-job.ts';
import { exampleModel } from './xgboost/example-model.ts';
import { ensureLibrary } from './xgboost/library.ts';

const program = fileURLToPath(new URL('./main.ts', import.meta.url));

interface Started {
  readonly child: ChildProcess;
  /** Resolves once it has ended and its streams with it. */
  readonly ended: Promise<{ code: number | null; out: string; errors: string }>;
}

function start(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Started {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env });
  let out = '';
  let errors = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  return { child, ended: once(child, 'close').then(([code]) => ({ code, out, errors })) };
}

const run = (...args: string[]) => start(args).ended;

before(() => ensureLibrary(process.env, () => {}));

describe('the runtime refuses', { concurrency: 2 }, () => {
  const cases: [what: string, args: string[], message: string][] = [
    ['no command', [], 'a command is missing'],
    ['a command that is none', ['dance'], 'there is no command "dance"'],
    ['a second word', ['train', 'fast'], 'train takes no further arguments: fast'],
    ['an option that is none', ['train', '--fast'], "Unknown option '--fast'"],
    ['an option without its value', ['train', '--ml-dir'], "Option '--ml-dir <value>' argument missing"],
    ['another algorithm', ['train', '--algorithm', 'linear'], 'there is no algorithm "linear"; there is: xgboost'],
    ['to serve without a socket', ['serve'], 'serve needs --socket PATH'],
  ];
  for (const [what, args, message] of cases) {
    test(`${what}: status 2, what is wrong, the usage`, async () => {
      const { code, out, errors } = await run(...args);
      assert.deepEqual([code, out], [2, '']);
      assert.ok(
        errors.startsWith(`${message}\n\nusage: main.ts <train|evaluate|serve|probe|prepare|prepare-model|feed> `),
        errors,
      );
      assert.doesNotMatch(errors, /\n\s+at /);
    });
  }

  test('to train without settings, with the file that is missing', async () => {
    using folder = exampleFolder();
    const { code, errors } = await run('train', '--ml-dir', folder.mlDir);
    const file = join(folder.mlDir, 'input/config/hyperparameters.json');
    const message = `${file} is missing: whoever starts a training container puts the job's settings there`;
    assert.equal(code, 1);
    assert.equal(folder.read('output/failure')?.toString(), `AlgorithmError: ${message}`);
    assert.ok(errors.startsWith(`Error: ${message}\n`), errors);
  });

  test('to train by settings that are no JSON', async () => {
    using folder = exampleFolder();
    folder.write('input/config/hyperparameters.json', '{num_round: 1}');
    assert.equal((await run('train', '--ml-dir', folder.mlDir)).code, 1);
    assert.match(
      folder.read('output/failure')?.toString() ?? '',
      /^AlgorithmError: \/.*\/input\/config\/hyperparameters\.json is not JSON: /,
    );
  });

  test('to train on bad data: one line, no stack', async () => {
    using job = exampleJob({ num_round: '1' }, { train: csv('label,a\n1,2\n') });
    const { code, errors } = await run('train', '--ml-dir', job.mlDir);
    assert.equal(code, 1);
    assert.match(errors, /^ClientError: train\/data, line 1, column 1: "label" is not a number\. .*\n$/);
    assert.equal(job.read('output/failure')?.toString(), errors.trimEnd());
    assert.equal(job.read('model/xgboost-model'), undefined);
  });

  test('to evaluate, probe or serve what is not there', async () => {
    using folder = exampleFolder();
    const [evaluated, probed, served] = await Promise.all([
      start(['evaluate', '--ml-dir', folder.mlDir], { ...process.env, EVALUATE_PROBLEM_TYPE: 'binary' }).ended,
      run('probe', '--ml-dir', folder.mlDir),
      run('serve', '--ml-dir', folder.mlDir, '--socket', join(folder.mlDir, 'socket')),
    ]);
    const missing = 'the model archive holds no file; expected xgboost-model at its top level';
    assert.equal(evaluated.code, 1);
    assert.match(evaluated.errors, /^ClientError: the model archive holds no file; known are: .*\n$/);
    assert.deepEqual([probed.code, probed.errors], [1, `The model artifact did not pass its check: ${missing}\n`]);
    assert.deepEqual([served.code, served.errors], [1, `Unable to load model: ${missing}\n`]);
  });

  test('a folder that it may not write to: what the system says, without the usage', async () => {
    using folder = exampleFolder();
    folder.write('file', '');
    const { code, errors } = await run('train', '--ml-dir', join(folder.mlDir, 'file'));
    assert.equal(code, 1);
    assert.match(errors, /^ENOTDIR: /);
    assert.doesNotMatch(errors, /usage/);
  });

  test('to prepare without Python: how to mend it, without the usage', async () => {
    using folder = exampleFolder();
    const env = { CLARY_CACHE_DIR: join(folder.mlDir, 'cache'), PATH: folder.mlDir };
    const { code, errors } = await start(['prepare'], env).ended;
    assert.equal(code, 1);
    assert.match(
      errors,
      /^XGBoost [\d.]+ could not be fetched .*: python3 is not installed\. Install python3 with pip .*\n$/,
    );
  });
});

describe('the runtime', () => {
  test('says where the library is', async () => {
    const { code, out } = await run('prepare');
    assert.equal(code, 0);
    assert.equal(out, `${await ensureLibrary(process.env, () => {})}\n`);
  });

  test('trains in a process of its own, and probes what came out', async () => {
    using job = exampleJob({ num_round: '2' }, { train: csv('1,2\n2,3\n3,4\n') });
    const { code, out, errors } = await run('train', '--ml-dir', job.mlDir);
    assert.deepEqual([code, errors], [0, '']);
    assert.match(
      out,
      /^\[[\d:-]+:INFO\] Channel train has 3 rows of 1 features\n\[0\]#011train-rmse:[\d.]+\n\[1\]#011train-rmse:/,
    );
    const probed = await run('probe', '--ml-dir', job.mlDir);
    assert.deepEqual([probed.code, JSON.parse(job.read('output/probe.json')?.toString() ?? '{}').features], [0, 1]);
  });

  test('probes a model', async () => {
    using folder = exampleFolder();
    folder.write('model/xgboost-model', exampleModel());
    const { code, out } = await run('probe', '--ml-dir', folder.mlDir);
    assert.deepEqual([code, out], [0, 'the model takes 2 features and predicts -0.5 for a row of zeros\n']);
  });
});

describe('training survives', () => {
  test('SIGTERM: it stops after the round, keeps the model and ends with 0', async () => {
    using job = exampleJob({ num_round: '100000000' }, { train: csv('1,2\n2,3\n3,4\n') });
    const { child, ended } = start(['train', '--ml-dir', job.mlDir]);
    assert.ok(child.stdout);
    for await (const line of createInterface({ input: child.stdout })) if (line.startsWith('[5]')) break;
    child.kill('SIGTERM');
    child.stdout.resume();
    const { code } = await ended;
    assert.equal(code, 0);
    assert.ok(job.read('model/xgboost-model'));
    assert.deepEqual(Object.keys(JSON.parse(job.read('output/metrics.json')?.toString() ?? '{}')), ['train:rmse']);
    assert.equal((await run('probe', '--ml-dir', job.mlDir)).code, 0);
  });

  test('SIGKILL: no half-written model', async () => {
    using job = exampleJob({ num_round: '100000000' }, { train: csv('1,2\n2,3\n3,4\n') });
    const { child, ended } = start(['train', '--ml-dir', job.mlDir]);
    assert.ok(child.stdout);
    await once(createInterface({ input: child.stdout }), 'line');
    child.kill('SIGKILL');
    await ended;
    assert.equal(job.read('model/xgboost-model'), undefined);
  });
});
