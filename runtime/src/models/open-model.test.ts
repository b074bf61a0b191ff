/** Models that scikit-learn, skl2onnx and XGBoost make here and now, opened: the same predictions as in the Python that made them. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ClientError } from '../contract/client-error.ts';
import { probe } from '../probe/probe.ts';
import { type OpenModel, openModel } from './open-model.ts';

const python = process.env.CLARY_TEST_PYTHON ?? 'python3';
const recipe = `
import json, os, pickle, sys, joblib, numpy as np, xgboost
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from skl2onnx import to_onnx
os.chdir(sys.argv[1])
X, y = load_iris(return_X_y=True)
names = np.array(["setosa", "versicolor", "virginica"])
asked = X[::30]
told = {}
def put(folder, file, write, answer):
    os.makedirs(os.path.dirname(f"{folder}/{file}"), exist_ok=True)
    with open(f"{folder}/{file}", "wb") as f:
        write(f)
    told[folder] = np.asarray(answer, dtype=float).ravel().tolist()
logistic = LogisticRegression(max_iter=1000).fit(X, y)
put("classes", "model.joblib", lambda f: joblib.dump(logistic, f), logistic.predict_proba(asked))
named = LogisticRegression(max_iter=1000).fit(X, names[y])
put("names", "forest.pkl", lambda f: pickle.dump(named, f), named.predict_proba(asked))
pipeline = make_pipeline(StandardScaler(), RandomForestClassifier(8, random_state=1)).fit(X, y)
put("pipeline", "model.joblib", lambda f: joblib.dump(pipeline, f, compress=3), pipeline.predict_proba(asked))
svc = LinearSVC(random_state=1).fit(X, y)
put("scores", "model.joblib", lambda f: joblib.dump(svc, f), svc.decision_function(asked))
linear = LinearRegression().fit(X, y)
put("linear", "model.joblib", lambda f: joblib.dump(linear, f), linear.predict(asked))
one = X[:1].astype(np.float32)
put("onnx", "model.onnx", lambda f: f.write(to_onnx(logistic, one, options={"zipmap": False}).SerializeToString()), logistic.predict_proba(asked))
put("zipmap", "model.onnx", lambda f: f.write(to_onnx(logistic, one).SerializeToString()), logistic.predict(asked))
put("onnx-linear", "model.onnx", lambda f: f.write(to_onnx(linear, one).SerializeToString()), linear.predict(asked))
booster = xgboost.train({"objective": "binary:logistic", "max_depth": 2}, xgboost.DMatrix(X, (y > 1).astype(int)), 5)
put("booster", "xgboost-model", lambda f: pickle.dump(booster, f), booster.predict(xgboost.DMatrix(asked)))
put("gain", "xgboost-model", lambda f: f.write(booster.save_raw("ubj")), booster.predict(xgboost.DMatrix(asked)))
told["gains"] = [booster.get_score(importance_type="gain").get(f"f{i}", 0.0) for i in range(4)]
told["asked"] = asked.tolist()
put("dict", "model.joblib", lambda f: joblib.dump({"weights": [1, 2]}, f), [])
json.dump(told, open("told.json", "w"))
`;

let folder = '';
let told: Record<string, number[]> & { asked: number[][] };

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'models-'));
  execFileSync(python, ['-c', recipe, folder], { stdio: ['ignore', 'ignore', 'inherit'] });
  told = JSON.parse(readFileSync(join(folder, 'told.json'), 'utf8'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

const lines: string[] = [];
const tools = { env: { ...process.env, CLARY_PYTHON: python }, say: (line: string) => void lines.push(line) };

async function opened<T>(name: string, use: (model: OpenModel) => Promise<T>, env = tools.env): Promise<T> {
  await using model = await openModel(join(folder, name), { ...tools, env });
  return await use(model);
}

const own = (name: string, file: string, content: string) => {
  mkdirSync(join(folder, name, file, '..'), { recursive: true });
  writeFileSync(join(folder, name, file), content);
  return name;
};

describe('openModel', () => {
  for (const [name, format, kind, tolerance] of [
    ['classes', 'joblib', 'probabilities', 0],
    ['names', 'joblib', 'probabilities', 0],
    ['pipeline', 'joblib', 'probabilities', 0],
    ['scores', 'joblib', 'scores', 0],
    ['linear', 'joblib', 'values', 0],
    ['onnx', 'onnx', 'probabilities', 1e-6],
    ['zipmap', 'onnx', 'labels', 0],
    ['onnx-linear', 'onnx', 'values', 1e-6],
    ['booster', 'xgboost', 'values', 1e-7],
    ['gain', 'xgboost', 'values', 1e-7],
  ] as const) {
    test(`predict as in Python: ${name}`, async () => {
      const rows = Float64Array.from(told.asked.flat());
      const count = told.asked.length;
      await opened(name, async (model) => {
        assert.deepEqual([model.format, model.features], [format, 4]);
        const prediction = await model.predict(rows, count, 4);
        assert.deepEqual([prediction.kind, prediction.values.length], [kind, prediction.width * count]);
        const expected = told[name] ?? [];
        assert.equal(prediction.values.length, expected.length);
        for (const [i, value] of prediction.values.entries())
          assert.ok(Math.abs(value - (expected[i] as number)) <= tolerance, `${value} is not ${expected[i]}`);
        // It may be asked again.
        assert.deepEqual(await model.predict(rows, count, 4), prediction);
      });
    });
  }

  test('says classes and what features are worth, where the model does', async () => {
    await opened('names', async ({ classes, importance }) => {
      assert.deepEqual(classes, ['setosa', 'versicolor', 'virginica']);
      assert.deepEqual([importance?.measure, importance?.values.length], ['coefficient', 4]);
    });
    assert.equal(await opened('pipeline', async ({ importance }) => importance?.measure), 'impurity');
    const gain = await opened('gain', async ({ importance }) => importance);
    assert.equal(gain?.measure, 'gain');
    for (const [i, value] of Array.from(gain?.values ?? []).entries())
      assert.ok(Math.abs(value - (told.gains?.[i] as number)) < 1e-3, `${value} is not ${told.gains?.[i]}`);
  });

  test('logs a line and continues where Python cannot be sandboxed', async () => {
    const said: string[] = [];
    const env = { PATH: folder, CLARY_PYTHON: python };
    const model = await openModel(join(folder, 'linear'), { env, say: (line) => said.push(line) });
    await model[Symbol.asyncDispose]();
    assert.deepEqual(said, ['bubblewrap cannot be used here: the model is opened in a Python without a sandbox']);
  });

  test('loads what inference code loads, as SageMaker’s containers do', async () => {
    const code =
      'def model_fn(folder):\n  return open(folder + "/factor").read()\ndef predict_fn(rows, model):\n  print("noise")\n  return rows.sum(axis=1) * float(model)\n';
    own('code', 'factor', '2');
    const prediction = await opened(own('code', 'code/inference.py', code), (model) =>
      model.predict(Float64Array.of(1, 2, 3, 4), 2, 2),
    );
    assert.deepEqual([prediction.width, [...prediction.values]], [1, [6, 14]]);
  });
});

/** What a pickle of a hostile author could do: it writes what it found out into the error. */
const hostile = `
import os
def model_fn(folder):
    found = {"home": os.environ.get("HOME"), "secret": os.environ.get("AWS_SECRET_ACCESS_KEY"), "data": os.path.exists(os.environ.get("CLARY_DATA", "SECRET_FILE"))}
    try:
        open(folder + "/written", "w"); found["wrote"] = True
    except OSError as e:
        found["wrote"] = e.strerror
    import socket
    try:
        socket.create_connection(("127.0.0.1", PORT), timeout=5); found["network"] = True
    except OSError as e:
        found["network"] = False
    raise ValueError(found)
`;

describe('openModel refuses', () => {
  const refusal = (message: string | RegExp) => (error: Error) => {
    assert.ok(error instanceof ClientError, error.stack);
    if (typeof message === 'string') assert.equal(error.message, message);
    else assert.match(error.message, message);
    return true;
  };
  const use = async () => assert.fail('it was opened');

  test('what holds no model', () =>
    assert.rejects(
      opened('dict', use),
      refusal(
        'model.joblib (joblib) cannot be opened: model.joblib holds a dict, which has no predict(): dump the fitted model itself',
      ),
    ));

  test('files that are broken', async () => {
    await assert.rejects(
      opened(own('broken', 'model.joblib', 'no pickle'), use),
      refusal(/^model\.joblib \(joblib\) cannot be opened: \w+Error: /),
    );
    await assert.rejects(
      opened(own('broken-onnx', 'model.onnx', 'no protobuf'), use),
      refusal(/^the ONNX model cannot be loaded: /),
    );
  });

  test('a model whose module is not installed, by the name of its package', () =>
    assert.rejects(
      opened(own('torch', 'model.pt', 'x'), use),
      refusal(
        /^model\.pt \(torch\) cannot be opened: needs torch: No module named 'torch', in \/.*\(Python 3\.\d+\.\d+\); make one that has it by `clary environments make pytorch-2`, or name a Python that has it: clary up --python$/,
      ),
    ));

  test('a Python that is not there', () =>
    assert.rejects(
      opened('classes', use, { ...tools.env, CLARY_PYTHON: 'python-of-nobody' }),
      refusal('the model needs Python, and python-of-nobody (CLARY_PYTHON) cannot be run: it is not installed'),
    ));

  test('code that ends its process', () =>
    assert.rejects(
      opened(own('gone', 'inference.py', 'import os\ndef model_fn(folder):\n  os._exit(7)\n'), use),
      refusal('inference.py (inference code) cannot be opened: Python ended with status 7; what it said is in the log'),
    ));

  test('rows that the model does not take, in its own words', () =>
    opened('linear', (model) =>
      assert.rejects(
        model.predict(Float64Array.of(1, 2), 1, 2),
        refusal(/cannot predict: ValueError: X has 2 features, but LinearRegression is expecting 4/),
      ),
    ));

  test('the model’s code everything but its own folder: no secrets, no other files, no writing, no network', async (t) => {
    const { createServer } = await import('node:net');
    const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    t.after(() => server.close());
    const secret = join(folder, 'secret');
    writeFileSync(secret, 'x');
    const { port } = server.address() as { port: number };
    const code = hostile.replace('PORT', String(port)).replace('SECRET_FILE', secret);
    const env = { ...tools.env, AWS_SECRET_ACCESS_KEY: 'secret' };
    await assert.rejects(
      opened(own('hostile', 'inference.py', code), use, env),
      refusal(
        /ValueError: \{'home': '\/tmp', 'secret': None, 'data': False, 'wrote': 'Read-only file system', 'network': False\}$/,
      ),
    );
    assert.ok(!lines.some((line) => line.startsWith('bubblewrap')), 'bubblewrap sandboxed it');
  });

  test('the model’s code the kernel’s settings, and the system calls that the server’s filter refuses', async () => {
    const code = `
import os
def model_fn(folder):
    try: os.close(os.open('/proc/sys/kernel/hostname', os.O_WRONLY)); settings = 'open'
    except OSError as error: settings = error.strerror
    raise ValueError(settings + ', ' + [line.strip() for line in open('/proc/self/status') if line.startswith('Seccomp:')][0])
`;
    // A filter that allows everything: one instruction, which answers SECCOMP_RET_ALLOW.
    const filter = Buffer.from('060000000000ff7f', 'hex').toString('base64');
    const kernel = { args: ['--ro-bind', '/proc/sys', '/proc/sys'], filter };
    const env = { ...tools.env, CLARY_SANDBOX_KERNEL: JSON.stringify(kernel) };
    await assert.rejects(
      opened(own('kernel', 'inference.py', code), use, env),
      refusal(/ValueError: Read-only file system, Seccomp:\s+2$/),
    );
  });
});

describe('probe', () => {
  async function probed(name: string, algorithm?: string) {
    const mlDir = mkdtempSync(join(tmpdir(), 'probe-'));
    try {
      execFileSync('cp', ['-r', join(folder, name), join(mlDir, 'model')]);
      const status = await probe({ mlDir, algorithm, ...tools });
      const file = join(mlDir, 'output', status === 0 ? 'probe.json' : 'failure');
      return { status, said: readFileSync(file, 'utf8') };
    } finally {
      rmSync(mlDir, { recursive: true });
    }
  }

  for (const [name, format] of [
    ['pipeline', 'joblib'],
    ['onnx', 'onnx'],
    ['booster', 'xgboost'],
  ] as const) {
    test(`open, load and ask ${name}, where any format may be`, async () => {
      const { status, said } = await probed(name, 'any');
      assert.equal(status, 0, said);
      const document = JSON.parse(said);
      assert.deepEqual([document.format, document.features], [format, 4]);
      assert.match(document.prediction, /^[\d.e-]+(,[\d.e-]+)*$/);
    });
  }

  test('refuses what XGBoost would not serve, where it is to serve', async () => {
    for (const name of ['onnx', 'pipeline']) {
      const { status, said } = await probed(name);
      assert.equal(status, 1);
      assert.match(said, /^The model artifact did not pass its check: /);
    }
  });
});
