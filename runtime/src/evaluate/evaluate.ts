/**
 * The processing image clary/evaluate: a model, labelled data and thresholds in; evaluation.json, a report and a decision out. A gate that says no is
 * a result, not a failure: the job is Completed either way.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClientError } from '../contract/client-error.ts';
import { asJob } from '../contract/job.ts';
import { type CsvFolder, readCsvFolder } from '../xgboost/data.ts';
import { loadModel, type Model } from '../xgboost/model.ts';
import { openArtifact } from './archive.ts';
import { judge, tableOf } from './gate.ts';
import { areaUnderRoc, classificationMetrics, confusionMatrix, regressionMetrics } from './metrics.ts';

export interface EvaluateOptions {
  readonly mlDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly libraryFile: () => Promise<string>;
}

type ProblemType = 'regression' | 'binary' | 'multiclass';

interface Measured {
  readonly metrics: Record<string, number>;
  readonly matrix?: readonly (readonly number[])[];
}

export function evaluate({ mlDir, env, libraryFile }: EvaluateOptions): Promise<number> {
  return asJob(mlDir, async () => {
    const problem = problemType(env.EVALUATE_PROBLEM_TYPE);
    const model = await openModel(join(mlDir, 'processing', 'model'), libraryFile);
    const data = await readCsvFolder(join(mlDir, 'processing', 'test'));
    if (data.columns !== model.features) {
      throw new ClientError(
        `The test data has ${data.columns} features after the label, the model takes ${model.features}`,
      );
    }
    const { metrics, matrix } = measure(problem, model, data);
    const { rows, decision } = judge(metrics, env.EVALUATE_THRESHOLDS ?? '{}');
    await writeResults(mlDir, problem, { metrics, matrix }, { rows, decision });
    console.log(`${tableOf(rows)}\n\ndecision: ${decision}`);
  });
}

function problemType(text: string | undefined): ProblemType {
  if (text === 'regression' || text === 'binary' || text === 'multiclass') return text;
  throw new ClientError(`EVALUATE_PROBLEM_TYPE must be regression, binary or multiclass, not "${text ?? ''}"`);
}

async function openModel(folder: string, libraryFile: () => Promise<string>): Promise<Model> {
  const unpacked = await openArtifact(folder);
  try {
    return await loadModel(unpacked, libraryFile);
  } catch (error) {
    throw new ClientError((error as Error).message);
  }
}

/** A model whose predictions are not what the problem type reads them as is measured by nothing. */
function checkFit(problem: ProblemType, outputs: number): void {
  const most = { regression: 1, binary: 2, multiclass: Number.POSITIVE_INFINITY }[problem];
  if (outputs > most)
    throw new ClientError(`The model predicts ${outputs} values a row: that is no ${problem} (EVALUATE_PROBLEM_TYPE)`);
}

function measure(problem: ProblemType, model: Model, { labels, values, rows }: CsvFolder): Measured {
  checkFit(problem, model.outputs);
  const predictions = model.predict(values, rows);
  if (problem === 'regression') {
    const missing = labels.findIndex(Number.isNaN);
    if (missing !== -1) throw new ClientError(`Test row ${missing + 1}: the label, the first column, is missing`);
    return { metrics: regressionMetrics(labels, predictions) };
  }
  const classes = predictedClasses(problem, predictions, rows, model.outputs);
  const count = classCount(labels, classes, Math.max(model.outputs, 2), problem);
  const matrix = confusionMatrix(labels, classes, count);
  if (problem === 'binary') {
    const isPositive = Array.from(labels, (label) => label === 1);
    const scores = columnOf(predictions, model.outputs - 1, model.outputs, rows);
    return { metrics: { ...classificationMetrics(matrix, 1), auc: areaUnderRoc(isPositive, scores) }, matrix };
  }
  const metrics = classificationMetrics(matrix);
  return {
    metrics: model.outputs > 1 ? { ...metrics, auc: meanArea(labels, predictions, model.outputs) } : metrics,
    matrix,
  };
}

/** One output is the class itself (multi:softmax) or a probability (binary), several are a probability for each class. */
function predictedClasses(problem: ProblemType, predictions: Float32Array, rows: number, outputs: number): Int32Array {
  const classes = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    if (outputs === 1) {
      const value = predictions[row] ?? 0;
      classes[row] = problem === 'binary' ? Number(value >= 0.5) : Math.round(value);
      continue;
    }
    let best = 0;
    for (let c = 1; c < outputs; c++) {
      if ((predictions[row * outputs + c] ?? 0) > (predictions[row * outputs + best] ?? 0)) best = c;
    }
    classes[row] = best;
  }
  return classes;
}

const columnOf = (predictions: Float32Array, column: number, outputs: number, rows: number) =>
  Float32Array.from({ length: rows }, (_, row) => predictions[row * outputs + column] ?? 0);

const maxClass = 10_000;

function classCount(labels: Float32Array, classes: Int32Array, least: number, problem: ProblemType): number {
  let count = least;
  labels.forEach((label, row) => {
    const predicted = classes[row] ?? 0;
    if (!Number.isInteger(label) || label < 0 || label > maxClass) {
      throw new ClientError(
        `Test row ${row + 1}: the label ${label} is no class: classes are whole numbers from 0, in the first column`,
      );
    }
    if (problem === 'binary' && label > 1)
      throw new ClientError(`Test row ${row + 1}: the label ${label} is neither 0 nor 1: is the problem multiclass?`);
    if (predicted < 0 || predicted > maxClass) {
      throw new ClientError(
        `The model predicts ${predicted} for test row ${row + 1}, which is no class: is the problem regression?`,
      );
    }
    count = Math.max(count, label + 1, predicted + 1);
  });
  return count;
}

/** One class against the rest, the mean over the classes that occur. */
function meanArea(labels: Float32Array, predictions: Float32Array, outputs: number): number {
  const areas: number[] = [];
  for (let c = 0; c < outputs; c++) {
    const area = areaUnderRoc(
      Array.from(labels, (label) => label === c),
      columnOf(predictions, c, outputs, labels.length),
    );
    if (!Number.isNaN(area)) areas.push(area);
  }
  return areas.reduce((sum, area) => sum + area, 0) / areas.length;
}

const documentName = {
  regression: 'regression_metrics',
  binary: 'binary_classification_metrics',
  multiclass: 'multiclass_classification_metrics',
} as const;

/** JSON has no word for what is no number; SageMaker writes it as a text. */
const plain = (value: number) => (Number.isFinite(value) ? value : String(value));

/** The shape that ModelMetrics refers to: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html */
async function writeResults(
  mlDir: string,
  problem: ProblemType,
  { metrics, matrix }: Measured,
  verdict: ReturnType<typeof judge>,
): Promise<void> {
  const folder = join(mlDir, 'processing', 'evaluation');
  await mkdir(folder, { recursive: true });
  const values = Object.fromEntries(
    Object.entries(metrics).map(([name, value]) => [name, { value: plain(value), standard_deviation: 'NaN' }]),
  );
  const confusion = matrix && {
    confusion_matrix: Object.fromEntries(
      matrix.map((row, i) => [String(i), Object.fromEntries(row.map((n, j) => [String(j), n]))]),
    ),
  };
  const rows = verdict.rows.map((row) => ({ ...row, value: plain(row.value) }));
  const document = { [documentName[problem]]: { ...confusion, ...values }, ...verdict, rows };
  await writeFile(join(folder, 'evaluation.json'), `${JSON.stringify(document, null, 2)}\n`);
  const all = Object.entries(metrics).map(([name, value]) => `- ${name}: ${value.toFixed(6)}`);
  await writeFile(
    join(folder, 'report.md'),
    `# Evaluation\n\n${tableOf(verdict.rows)}\n\nDecision: ${verdict.decision}\n\n## All metrics\n\n${all.join('\n')}\n`,
  );
  await mkdir(join(mlDir, 'output'), { recursive: true });
  const failed = verdict.rows
    .filter((row) => !row.passed)
    .map((row) => `${row.metric} ${row.value.toFixed(4)} is not ${row.required}`);
  await writeFile(
    join(mlDir, 'output', 'message'),
    `${verdict.decision}${failed.length > 0 ? `: ${failed.join('; ')}` : ''}`,
  );
}
