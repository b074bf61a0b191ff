import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { describe, mock, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { exampleFolder } from '../contract/example-job.ts';
import { exampleModel, exampleTree, leafTree } from '../xgboost/example-model.ts';
import { evaluate } from './evaluate.ts';

interface Evaluated {
  readonly status: number;
  readonly lines: readonly string[];
  // biome-ignore lint/suspicious/noExplicitAny: whatever the document says is compared whole
  readonly document: any;
  readonly report: string | undefined;
  readonly message: string | undefined;
  readonly failure: string | undefined;
}

async function evaluated(
  env: Record<string, string>,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<Evaluated> {
  using folder = exampleFolder();
  for (const [file, content] of Object.entries(files)) folder.write(`processing/${file}`, content);
  const log = mock.method(console, 'log', () => {});
  const errors = mock.method(console, 'error', () => {});
  try {
    const libraryFile = () => Promise.reject(new Error('no test here needs the library'));
    const status = await evaluate({ mlDir: folder.mlDir, env, libraryFile });
    const text = (file: string) => folder.read(file)?.toString();
    return {
      status,
      lines: [...log.mock.calls, ...errors.mock.calls].map(({ arguments: [line] }) => String(line)),
      document: JSON.parse(text('processing/evaluation/evaluation.json') ?? 'null'),
      report: text('processing/evaluation/report.md'),
      message: text('output/message'),
      failure: text('output/failure'),
    };
  } finally {
    log.mock.restore();
    errors.mock.restore();
  }
}

const model = (options: Parameters<typeof exampleModel>[0] = {}) => ({ 'model/xgboost-model': exampleModel(options) });
/** The example's predictions for these rows: -0.5, 0.75, 2. */
const rows = ['1,1', '3,0', '3,1'];
const labelled = (...labels: (number | string)[]) => ({
  'test/data.csv': labels.map((label, row) => `${label},${rows[row % 3]}\n`).join(''),
});
const value = (number: number | string) => ({ value: number, standard_deviation: 'NaN' });

describe('evaluate does', () => {
  const thresholds = '{"rmse": {"max": 0.2}, "r2": {"min": 0.99}}';

  test('a regression: document, report, decision, message; a gate that says no is no failure', async () => {
    const env = { EVALUATE_PROBLEM_TYPE: 'regression', EVALUATE_THRESHOLDS: thresholds };
    const { status, document, report, message, failure, lines } = await evaluated(env, {
      ...model(),
      ...labelled(-0.5, 1, 2),
    });
    assert.deepEqual([status, failure], [0, undefined]);
    const mse = 0.0625 / 3;
    // Of labels with the mean 5/6: (4/3)² + (1/6)² + (7/6)².
    const r2 = document.regression_metrics.r2.value;
    assert.ok(Math.abs(r2 - (1 - 0.0625 / (114 / 36))) < 1e-12);
    assert.deepEqual(document, {
      regression_metrics: { mse: value(mse), rmse: value(Math.sqrt(mse)), mae: value(0.25 / 3), r2: value(r2) },
      rows: [
        { metric: 'rmse', value: Math.sqrt(mse), required: '≤ 0.2', passed: true },
        { metric: 'r2', value: r2, required: '≥ 0.99', passed: false },
      ],
      decision: 'failed',
    });
    const table =
      '| metric | value | required | passed |\n| --- | --- | --- | --- |\n| rmse | 0.1443 | ≤ 0.2 | yes |\n| r2 | 0.9803 | ≥ 0.99 | no |';
    assert.deepEqual(lines, [`${table}\n\ndecision: failed`]);
    assert.equal(
      report,
      `# Evaluation\n\n${table}\n\nDecision: failed\n\n## All metrics\n\n- mse: 0.020833\n- rmse: 0.144338\n- mae: 0.083333\n- r2: 0.980263\n`,
    );
    assert.equal(message, 'failed: r2 0.9803 is not ≥ 0.99');
  });

  test('a regression that passes', async () => {
    const env = { EVALUATE_PROBLEM_TYPE: 'regression', EVALUATE_THRESHOLDS: '{"rmse": {"below": 0.2}}' };
    const { document, message } = await evaluated(env, { ...model(), ...labelled(-0.5, 1, 2) });
    assert.deepEqual([document.decision, message], ['passed', 'passed']);
  });

  test('two classes from one probability', async () => {
    // 0.27, 0.56, 0.82 against 0, 0, 1: one false positive, every pair in order.
    const { document } = await evaluated(
      { EVALUATE_PROBLEM_TYPE: 'binary' },
      { ...model({ objective: 'binary:logistic' }), ...labelled(0, 0, 1) },
    );
    assert.deepEqual(document, {
      binary_classification_metrics: {
        confusion_matrix: { 0: { 0: 1, 1: 1 }, 1: { 0: 0, 1: 1 } },
        accuracy: value(2 / 3),
        precision: value(0.5),
        recall: value(1),
        f1: value(2 / 3),
        auc: value(1),
      },
      rows: [],
      decision: 'passed',
    });
  });

  const twoOutputs = { objective: 'multi:softprob', classes: 2, trees: [leafTree(0.5), exampleTree], treeInfo: [0, 1] };

  test('two classes from a probability of each', async () => {
    const { document } = await evaluated(
      { EVALUATE_PROBLEM_TYPE: 'binary' },
      { ...model(twoOutputs), ...labelled(0, 1, 1) },
    );
    const metrics = document.binary_classification_metrics;
    assert.deepEqual(metrics.confusion_matrix, { 0: { 0: 1, 1: 0 }, 1: { 0: 1, 1: 1 } });
    assert.deepEqual([metrics.recall, metrics.auc], [value(0.5), value(1)]);
  });

  test('say NaN in words that JSON has', async () => {
    const env = { EVALUATE_PROBLEM_TYPE: 'binary', EVALUATE_THRESHOLDS: '{"auc": {"min": 0.5}}' };
    const { document, message } = await evaluated(env, {
      ...model({ objective: 'binary:logistic' }),
      ...labelled(1, 1),
    });
    assert.deepEqual(document.binary_classification_metrics.auc, value('NaN'));
    assert.deepEqual(document.rows, [{ metric: 'auc', value: 'NaN', required: '≥ 0.5', passed: false }]);
    assert.equal(message, 'failed: auc NaN is not ≥ 0.5');
  });

  test('many classes, from a probability of each and from the class itself', async () => {
    const trees = [leafTree(0.1), exampleTree, leafTree(0.3)];
    const three = { classes: 3, trees, treeInfo: [0, 1, 2] };
    // Class 2 for the first row and the second, 1 for the third.
    const confusion_matrix = { 0: { 0: 0, 1: 0, 2: 1 }, 1: { 0: 0, 1: 1, 2: 0 }, 2: { 0: 0, 1: 0, 2: 1 } };
    const env = { EVALUATE_PROBLEM_TYPE: 'multiclass' };
    const scores = { accuracy: value(2 / 3), precision: value(0.5), recall: value(2 / 3), f1: value((1 + 2 / 3) / 3) };
    const each = await evaluated(env, { ...model({ ...three, objective: 'multi:softprob' }), ...labelled(0, 2, 1) });
    const { auc, ...rest } = each.document.multiclass_classification_metrics;
    assert.deepEqual(rest, { confusion_matrix, ...scores });
    // Class 0 is outranked by none of the others' rows, class 1 by none, class 2 by one of two.
    assert.ok(Math.abs(auc.value - 2.5 / 3) < 1e-12, String(auc.value));
    const itself = await evaluated(env, { ...model({ ...three, objective: 'multi:softmax' }), ...labelled(0, 2, 1) });
    assert.deepEqual(itself.document.multiclass_classification_metrics, { confusion_matrix, ...scores });
  });

  test('take the model from its archive and all files of the test data', async () => {
    const tar = pack();
    tar.entry({ name: 'xgboost-model' }, exampleModel());
    tar.finalize();
    const { status, document } = await evaluated(
      { EVALUATE_PROBLEM_TYPE: 'regression' },
      { 'model/model.tar.gz': gzipSync(await buffer(tar)), 'test/a.csv': '-0.5,1,1\n', 'test/b/c.csv': '2,3,1\n' },
    );
    assert.deepEqual([status, document.regression_metrics.rmse], [0, value(0)]);
  });
});

describe('evaluate refuses', () => {
  const regression = { EVALUATE_PROBLEM_TYPE: 'regression' };
  const binary = { EVALUATE_PROBLEM_TYPE: 'binary' };
  const multiclass = { EVALUATE_PROBLEM_TYPE: 'multiclass' };
  const wide = { classes: 3, trees: [1, 2, 3].map(leafTree), treeInfo: [0, 1, 2], objective: 'multi:softprob' };
  const negative = { trees: [leafTree(-7)] };
  const cases: [what: string, env: Record<string, string>, files: Record<string, string>, failure: string | RegExp][] = [
    ['a job without a problem type', {}, {}, 'EVALUATE_PROBLEM_TYPE must be regression, binary or multiclass, not ""'],
    ['another problem type', { EVALUATE_PROBLEM_TYPE: 'ranking' }, {}, 'EVALUATE_PROBLEM_TYPE must be regression, binary or multiclass, not "ranking"'],
    ['a job without a model', regression, labelled(1), 'the model archive holds no file; expected xgboost-model at its top level'],
    ['a model that cannot be read', regression, { 'model/xgboost-model': 'x', ...labelled(1) }, /^ClientError: xgboost-model cannot be loaded: /],
    ['an archive that is none', regression, { 'model/model.tar.gz': 'no archive', ...labelled(1) }, 'model.tar.gz could not be opened: incorrect header check'],
    ['a job without test data', regression, model(), "Channel test holds no file: check the channel's S3 prefix"],
    ['test data of another width', regression, { ...model(), 'test/a.csv': '1,2\n' }, 'The test data has 1 features after the label, the model takes 2'],
    ['a header in the test data', regression, { ...model(), 'test/a.csv': 'label,a,b\n' }, /^ClientError: test\/a\.csv, line 1, column 1: "label" is not a number\. It looks like a header/],
    ['a label that is missing', regression, { ...model(), ...labelled(1, '') }, 'Test row 2: the label, the first column, is missing'],
    ['a label that is no class', binary, { ...model({ objective: 'binary:logistic' }), ...labelled(0.5) }, 'Test row 1: the label 0.5 is no class: classes are whole numbers from 0, in the first column'],
    ['a class below 0', multiclass, { ...model(), ...labelled(2, -1) }, 'Test row 2: the label -1 is no class: classes are whole numbers from 0, in the first column'],
    ['a third class where there are two', binary, { ...model({ objective: 'binary:logistic' }), ...labelled(0, 2) }, 'Test row 2: the label 2 is neither 0 nor 1: is the problem multiclass?'],
    ['predictions that are no classes', multiclass, { ...model(negative), ...labelled(0) }, 'The model predicts -6 for test row 1, which is no class: is the problem regression?'],
    ['several outputs as a regression', regression, { ...model(wide), ...labelled(0) }, 'The model predicts 3 values a row: that is no regression (EVALUATE_PROBLEM_TYPE)'],
    ['three outputs as two classes', binary, { ...model(wide), ...labelled(0) }, 'The model predicts 3 values a row: that is no binary (EVALUATE_PROBLEM_TYPE)'],
    ['thresholds on what is not measured', { ...regression, EVALUATE_THRESHOLDS: '{"auc":{"min":1}}' }, { ...model(), ...labelled(1) }, 'EVALUATE_THRESHOLDS names the metric "auc"; measured are: mse, rmse, mae, r2'],
  ]; // biome-ignore format: a table
  for (const [what, env, files, failure] of cases) {
    test(`${what}: status 1, the failure file, the same line in the log, no evaluation`, async () => {
      const result = await evaluated(env, files);
      assert.deepEqual([result.status, result.document, result.message], [1, null, undefined]);
      if (typeof failure === 'string') assert.equal(result.failure, `ClientError: ${failure}`);
      else assert.match(result.failure ?? '', failure);
      assert.deepEqual(result.lines, [result.failure]);
    });
  }
});
