/** Models that XGBoost 0.90 to 1.2 saved, as AWS's containers save them: the same predictions as in the Python that made them (testdata/old-models.py). */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { makeLocked } from '../environments/make.ts';
import { probe } from '../probe/probe.ts';
import { loadModel } from '../xgboost/model.ts';
import { convertModel } from './convert.ts';
import { openModel } from './open-model.ts';

interface Saved {
  readonly version: string;
  readonly rows: readonly (readonly (number | null)[])[];
  readonly models: readonly {
    readonly objective: string;
    readonly binary: string;
    readonly pickle: string;
    readonly predictions: readonly number[];
  }[];
}

const all: readonly Saved[] = JSON.parse(
  readFileSync(new URL('../../testdata/old-models.json', import.meta.url), 'utf8'),
);

let folder = '';
const said: string[] = [];
const tools = { env: { ...process.env, SECRET: 'of the server' }, say: (line: string) => void said.push(line) };
const convert = (file: string) => convertModel(file, tools);

before(async () => {
  await makeLocked('xgboost-1.7', process.env, () => {});
  folder = mkdtempSync(join(tmpdir(), 'old-models-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

const put = (bytes: Uint8Array | string) => writeFileSync(join(folder, 'xgboost-model'), bytes);
const refuses = (message: string | RegExp) =>
  assert.rejects(loadModel(folder, undefined, convert), (error: Error) => {
    assert.match(error.message, typeof message === 'string' ? new RegExp(message) : message);
    return true;
  });

describe('convertModel', () => {
  for (const { version, rows, models } of all) {
    for (const { objective, predictions, ...files } of models) {
      for (const form of ['binary', 'pickle'] as const) {
        // A Python is begun for each: the pickle holds the same model.
        if (form === 'pickle' && objective !== 'binary:logistic') continue;
        test(`predict as XGBoost ${version} did: ${objective}, ${form}`, async () => {
          put(Buffer.from(files[form], 'base64'));
          const model = await loadModel(folder, undefined, convert);
          const asked = Float32Array.from(rows.flat(), (value) => value ?? Number.NaN);
          const answer = model.predict(asked, rows.length);
          assert.equal(answer.length, predictions.length);
          for (const [i, value] of answer.entries())
            assert.ok(Math.abs(value - (predictions[i] as number)) < 1e-5, `${value} is not ${predictions[i]}`);
        });
      }
    }
  }

  test('lets the check before a registration and the gate open them', async () => {
    const [saved] = all;
    put(Buffer.from(saved?.models[0]?.binary ?? '', 'base64'));
    const mlDir = mkdtempSync(join(tmpdir(), 'old-models-probe-'));
    try {
      execFileSync('cp', ['-r', folder, join(mlDir, 'model')]);
      assert.equal(await probe({ mlDir, algorithm: 'xgboost', ...tools }), 0);
      await using model = await openModel(folder, tools);
      assert.deepEqual([model.format, model.features, model.importance?.measure], ['xgboost', 3, 'gain']);
    } finally {
      rmSync(mlDir, { recursive: true });
    }
  });
});

describe('convertModel refuses', () => {
  test('a pickle that would run something, without running it', async () => {
    const code = `import os, pickle, sys
class Evil:
    def __reduce__(self): return (os.system, ("touch ${folder}/ran",))
sys.stdout.buffer.write(pickle.dumps(Evil()))`;
    put(execFileSync('python3', ['-c', code]));
    await refuses(/^xgboost-model cannot be loaded: the pickle holds posix\.system, which no XGBoost model needs$/);
    assert.throws(() => readFileSync(join(folder, 'ran')), { code: 'ENOENT' });
  });

  test('a pickle of something else, a broken one, and no model', async () => {
    put(execFileSync('python3', ['-c', 'import pickle, sys; sys.stdout.buffer.write(pickle.dumps([1]))']));
    await refuses('the pickle holds a list, which is no fitted XGBoost model');
    put(Buffer.from([0x80, 4, 0x95]));
    await refuses(/^xgboost-model cannot be loaded: the pickle cannot be read: \w+: /);
    put('this is no model');
    await refuses(
      "it is neither XGBoost's JSON nor its UBJSON, and XGBoost 1\\.7\\.6 cannot read it as its binary format: ",
    );
  });
});
