import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
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
  readonly page: string | undefined;
  /** Names of all files of the result. */
  readonly files: readonly string[];
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
      page: text('processing/evaluation/report.html'),
      files: existsSync(join(folder.mlDir, 'processing/evaluation'))
        ? readdirSync(join(folder.mlDir, 'processing/evaluation')).sort()
        : [],
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
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const value = (number: number | string) => ({ value: number, standard_deviation: 'NaN' });

describe('evaluate', () => {
  const thresholds = '{"rmse": {"max": 0.2}, "r2": {"min": 0.99}}';

  test('a regression: document, report, decision, message; a gate that rejects the model is no failure', async () => {
    const env = { EVALUATE_PROBLEM_TYPE: 'regression', EVALUATE_THRESHOLDS: thresholds };
    const { status, document, report, message, failure, lines, files, page } = await evaluated(env, {
      ...model(),
      ...labelled(-0.5, 1, 2),
    });
    assert.deepEqual([status, failure], [0, undefined]);
    const mse = 0.0625 / 3;
    // Of labels with the mean 5/6: (4/3)² + (1/6)² + (7/6)².
    const r2 = document.regression_metrics.r2.value;
    assert.ok(Math.abs(r2 - (1 - 0.0625 / (114 / 36))) < 1e-12);
    const { feature_importance: importance, ...rest } = document;
    assert.deepEqual(rest, {
      dataset: { item_count: 3 },
      regression_metrics: {
        mse: value(mse),
        rmse: value(Math.sqrt(mse)),
        mae: value(0.25 / 3),
        mape: value(0.25 / 3),
        r2: value(r2),
      },
      rows: [
        { metric: 'rmse', value: Math.sqrt(mse), required: '≤ 0.2', passed: true },
        { metric: 'r2', value: r2, required: '≥ 0.99', passed: false },
      ],
      decision: 'failed',
    });
    assert.equal(importance.measure, 'permutation (rmse gained)');
    assert.deepEqual(Object.keys(importance.values), ['feature 0', 'feature 1']);
    const table =
      '| metric | value | required | passed |\n| --- | --- | --- | --- |\n| rmse | 0.1443 | ≤ 0.2 | yes |\n| r2 | 0.9803 | ≥ 0.99 | no |';
    assert.deepEqual(lines, [`${table}\n\ndecision: failed`]);
    const plots = ['predicted-against-actual.svg', 'residuals.svg', 'feature-importance.svg'];
    assert.deepEqual(files, ['evaluation.json', 'report.html', 'report.md', ...plots].sort());
    assert.equal(
      report,
      `# Evaluation\n\nregression · xgboost model of 2 features · 3 test rows\n\n**Decision: failed**\n\n${table}\n\n## All metrics\n\n| metric | value |\n| --- | --- |\n| mse | 0.020833 |\n| rmse | 0.144338 |\n| mae | 0.083333 |\n| mape | 0.083333 |\n| r2 | 0.980263 |\n\n## Plots\n\n![Predicted against actual](predicted-against-actual.svg)\n\n![Residuals](residuals.svg)\n\n![Feature importance: permutation (rmse gained)](feature-importance.svg)\n`,
    );
    assert.match(page ?? '', /<strong>✗ failed<\/strong><span>Requirements not met: 1 of 2\.<\/span>/);
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
    const { confusion_matrix, receiver_operating_characteristic_curve, precision_recall_curve, ...metrics } =
      document.binary_classification_metrics;
    assert.deepEqual(confusion_matrix, { 0: { 0: 1, 1: 1 }, 1: { 0: 0, 1: 1 } });
    assert.deepEqual(receiver_operating_characteristic_curve, {
      false_positive_rates: [0, 0, 1],
      true_positive_rates: [0, 1, 1],
    });
    assert.deepEqual(precision_recall_curve, { precisions: [1 / 3, 0.5, 1, 1], recalls: [1, 1, 1, 0] });
    const { log_loss, ...exact } = metrics;
    assert.deepEqual(exact, {
      accuracy: value(2 / 3),
      precision: value(0.5),
      recall: value(1),
      f1: value(2 / 3),
      f0_5: value(1.25 / 2.25),
      f2: value(5 / 6),
      auc: value(1),
      average_precision: value(1),
      true_positive_rate: value(1),
      true_negative_rate: value(0.5),
      false_positive_rate: value(0.5),
      false_negative_rate: value(0),
    });
    const probabilities = [1 - sigmoid(-1), 1 - sigmoid(0.25), sigmoid(1.5)];
    const loss = -probabilities.reduce((sum, p) => sum + Math.log(p), 0) / 3;
    assert.ok(Math.abs(log_loss.value - loss) < 1e-6, `${log_loss.value} is not ${loss}`);
    assert.deepEqual([document.decision, document.rows], ['passed', []]);
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

  test('says NaN in words that JSON has', async () => {
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
    const macro = { precision: value(0.5), recall: value(2 / 3), f1: value((1 + 2 / 3) / 3) };
    const each = await evaluated(env, { ...model({ ...three, objective: 'multi:softprob' }), ...labelled(0, 2, 1) });
    const metrics = each.document.multiclass_classification_metrics;
    const { precision, recall, f1, weighted_f1, micro_recall, macro_recall, auc, one_vs_rest } = metrics;
    assert.deepEqual([metrics.confusion_matrix, metrics.accuracy], [confusion_matrix, value(2 / 3)]);
    assert.deepEqual({ precision, recall, f1 }, macro);
    assert.deepEqual([micro_recall, macro_recall, weighted_f1], [value(2 / 3), value(2 / 3), f1]);
    assert.ok(!('micro_support' in metrics));
    // Class 0 is outranked by none of the others' rows, class 1 by none, class 2 by one of two.
    assert.ok(Math.abs(auc.value - 2.5 / 3) < 1e-12, String(auc.value));
    assert.deepEqual(
      Object.values(one_vs_rest as Record<string, { auc: object }>).map((one) => one.auc),
      [value(1), value(1), value(0.5)],
    );
    assert.deepEqual(each.files, [
      'confusion-matrix.svg',
      'evaluation.json',
      'feature-importance.svg',
      'precision-recall.svg',
      'report.html',
      'report.md',
      'roc.svg',
    ]);
    const itself = await evaluated(env, { ...model({ ...three, objective: 'multi:softmax' }), ...labelled(0, 2, 1) });
    const ofClasses = itself.document.multiclass_classification_metrics;
    assert.deepEqual([ofClasses.confusion_matrix, ofClasses.f1], [confusion_matrix, macro.f1]);
    assert.deepEqual([ofClasses.auc, ofClasses.log_loss, ofClasses.one_vs_rest], [undefined, undefined, undefined]);
    assert.deepEqual(itself.files.includes('roc.svg'), false);
  });

  test('averages as it is asked to', async () => {
    const trees = [leafTree(0.1), exampleTree, leafTree(0.3)];
    const three = { classes: 3, trees, treeInfo: [0, 1, 2], objective: 'multi:softprob' };
    const files = { ...model(three), ...labelled(0, 2, 1, 2, 2) };
    const env = { EVALUATE_PROBLEM_TYPE: 'MulticlassClassification', EVALUATE_AVERAGE: 'weighted' };
    const { multiclass_classification_metrics: metrics } = (await evaluated(env, files)).document;
    assert.deepEqual([metrics.precision, metrics.f1], [metrics.weighted_precision, metrics.weighted_f1]);
    assert.notDeepEqual(metrics.f1, metrics.macro_f1);
  });

  test('ends with status 3 and a reason where a gate that rejects the model is to fail', async () => {
    const files = { ...model(), ...labelled(-0.5, 1, 2) };
    const env = { EVALUATE_PROBLEM_TYPE: 'regression', EVALUATE_ON_REJECTION: 'fail' };
    const no = await evaluated({ ...env, EVALUATE_THRESHOLDS: thresholds }, files);
    assert.deepEqual([no.status, no.document.decision], [3, 'failed']);
    assert.equal(no.failure, 'AlgorithmError: the validation gate rejected the model: r2 0.9803 is not ≥ 0.99');
    const yes = await evaluated({ ...env, EVALUATE_THRESHOLDS: '{"r2": {"min": 0.9}}' }, files);
    assert.deepEqual([yes.status, yes.failure], [0, undefined]);
  });

  test('takes thresholds from a file where a variable is too short for them', async () => {
    const files = { ...model(), ...labelled(-0.5, 1, 2), 'thresholds/gate.json': '{"mae": {"max": 0.01}}' };
    const { document } = await evaluated({ EVALUATE_PROBLEM_TYPE: 'regression' }, files);
    assert.deepEqual([document.decision, document.rows[0].required], ['failed', '≤ 0.01']);
  });

  test('reads columns by their names, and names them in what they are worth', async () => {
    const env = { EVALUATE_PROBLEM_TYPE: 'regression', EVALUATE_LABEL: 'score' };
    const csv = 'hours,tests,score\n1,1,-0.5\n3,0,0.75\n3,1,2\n';
    const { document } = await evaluated(env, { ...model(), 'test/a.csv': csv });
    assert.deepEqual(document.regression_metrics.rmse, value(0));
    assert.deepEqual(Object.keys(document.feature_importance.values).sort(), ['hours', 'tests']);
  });

  test('names classes and features that the data numbers', async () => {
    const env = {
      EVALUATE_PROBLEM_TYPE: 'binary',
      EVALUATE_CLASSES: '["stays", "leaves"]',
      EVALUATE_FEATURES: '["age", "visits"]',
    };
    for (const labels of [
      [0, 1, 1],
      ['stays', 'leaves', 'leaves'],
    ]) {
      const { document } = await evaluated(env, { ...model({ objective: 'binary:logistic' }), ...labelled(...labels) });
      const { confusion_matrix } = document.binary_classification_metrics;
      assert.deepEqual(confusion_matrix, { stays: { stays: 1, leaves: 0 }, leaves: { stays: 0, leaves: 2 } });
      assert.deepEqual(Object.keys(document.feature_importance.values).sort(), ['age', 'visits']);
    }
  });

  test('reports how far metrics vary from 200 rows on, the same each time', async () => {
    const files = {
      ...model(),
      'test/a.csv': Array.from({ length: 200 }, (_, i) => `${i % 7},${rows[i % 3]}\n`).join(''),
    };
    const once = await evaluated({ EVALUATE_PROBLEM_TYPE: 'regression' }, files);
    const again = await evaluated({ EVALUATE_PROBLEM_TYPE: 'regression' }, files);
    const { rmse } = once.document.regression_metrics;
    assert.ok(rmse.standard_deviation > 0 && rmse.standard_deviation < rmse.value / 5, JSON.stringify(rmse));
    assert.deepEqual(again.document, once.document);
    assert.match(once.report ?? '', /\| metric \| value \| standard deviation \|/);
  });

  test('takes the model from its archive and all files of the test data', async () => {
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
    ['a job without a model', regression, labelled(1), /^ClientError: the model archive holds no file; known are: xgboost-model .*\*\.onnx, \*\.joblib /],
    ['a model that cannot be read', regression, { 'model/xgboost-model': 'x', ...labelled(1) }, /^ClientError: xgboost-model cannot be loaded: /],
    ['an archive that is none', regression, { 'model/model.tar.gz': 'no archive', ...labelled(1) }, 'model.tar.gz could not be opened: incorrect header check'],
    ['a job without test data', regression, model(), "There is no test data: the input at /opt/ml/processing/test holds no file. Check the input's S3 prefix"],
    ['test data of another width', regression, { ...model(), 'test/a.csv': '1,2\n' }, 'The test data has 1 features beside the label, the model takes 2'],
    ['a header and nothing else', regression, { ...model(), 'test/a.csv': 'label,a,b\n' }, 'The test data holds no row'],
    ['a feature in words', regression, { ...model(), 'test/a.csv': '1,2,3\n1,2,red\n' }, 'test/a.csv, line 2, column 3: "red" is not a finite number. Encode text as numbers and leave a missing cell empty'],
    ['a label in words', binary, { ...model({ objective: 'binary:logistic' }), ...labelled('yes') }, 'Test row 1: the label "yes" is a text: name the classes in the model\'s order with EVALUATE_CLASSES'],
    ['a label that is not a class of the model', multiclass, { ...model(wide), ...labelled(0, 3) }, "Test row 2: the label 3 is outside of the model's 3 classes, which are numbered from 0"],
    ['a label that is none of the classes named', { ...binary, EVALUATE_CLASSES: '["no", "yes"]' }, { ...model({ objective: 'binary:logistic' }), ...labelled('no', 'maybe') }, 'Test row 2: the label maybe is none of the classes no, yes'],
    ['predictions that are no probabilities', binary, { ...model(negative), ...labelled(0) }, 'The model predicts -6.5 for test row 1, which is not a probability: set EVALUATE_OUTPUT=logits where it answers logits'],
    ['an average that is none', { ...multiclass, EVALUATE_AVERAGE: 'mean' }, {}, 'EVALUATE_AVERAGE must be one of macro, micro, weighted, not "mean"'],
    ['classes that are no list', { ...binary, EVALUATE_CLASSES: 'yes' }, {}, 'EVALUATE_CLASSES must be a list of different names such as ["no", "yes"], in the order of the model'],
    ['names for other features', { ...regression, EVALUATE_FEATURES: '["a"]' }, { ...model(), ...labelled(1, 2) }, 'EVALUATE_FEATURES names 1 features, the test data has 2'],
    ['two files of thresholds', regression, { ...model(), 'thresholds/a.json': '{}', 'thresholds/b.json': '{}' }, 'The input thresholds holds 2 files (a.json, b.json): it needs one'],
    ['an archive of other things', regression, { 'model/readme.txt': 'x', 'model/notes.txt': 'x' }, /^ClientError: the model archive holds no model that is known here: found notes\.txt, readme\.txt; known are: /],
    ['a label that is missing', regression, { ...model(), ...labelled(1, '') }, 'Test row 2: the label is missing'],
    ['a label that is not a class', binary, { ...model({ objective: 'binary:logistic' }), ...labelled(0.5) }, 'Test row 1: the label 0.5 is not a class: classes are whole numbers from 0'],
    ['a class below 0', multiclass, { ...model(), ...labelled(2, -1) }, 'Test row 2: the label -1 is not a class: classes are whole numbers from 0'],
    ['a third class where there are two', binary, { ...model({ objective: 'binary:logistic' }), ...labelled(0, 2) }, 'Test row 2: the label 2 is neither 0 nor 1: is the problem multiclass?'],
    ['predictions that are no classes', multiclass, { ...model(negative), ...labelled(0) }, 'The model predicts -6 for test row 1, which is not a class: is the problem regression?'],
    ['several outputs as a regression', regression, { ...model(wide), ...labelled(0) }, 'The model predicts 3 values a row: that is not a regression (EVALUATE_PROBLEM_TYPE)'],
    ['three outputs as two classes', binary, { ...model(wide), ...labelled(0) }, 'The model predicts 3 values a row: that is not a binary problem (EVALUATE_PROBLEM_TYPE)'],
    ['thresholds on what is not measured', { ...regression, EVALUATE_THRESHOLDS: '{"auc":{"min":1}}' }, { ...model(), ...labelled(1) }, 'EVALUATE_THRESHOLDS names the metric "auc"; measured are: mse, rmse, mae, mape, r2'],
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
