/**
 * The processing image clary/evaluate: a model, labelled data and thresholds in; evaluation.json, reports, plots and a decision out. A gate that says
 * no is a result, not a failure: the job is Completed either way, unless it was asked to fail (EVALUATE_ON_REJECTION=fail: exit status 3).
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClientError } from '../contract/client-error.ts';
import { asJob } from '../contract/job.ts';
import { makeFolder } from '../contract/make-folder.ts';
import { type OpenModel, openModel } from '../models/open-model.ts';
import type { LibraryFile } from '../xgboost/model.ts';
import { openArtifact } from './archive.ts';
import { orderFor, reordered } from './data/columns.ts';
import { type Batch, readTestData } from './data/test-data.ts';
import { judge, tableOf } from './gate.ts';
import { measure } from './measure.ts';
import { gather, type Outcome } from './outcome.ts';
import { permutationImportance, rowsInSample, type Sample } from './permutation.ts';
import { file as svgFile } from './plots/svg.ts';
import { evaluationDocument } from './report/document.ts';
import { type Evaluation, plotsOf } from './report/evaluation.ts';
import { htmlReport } from './report/html.ts';
import { markdownReport } from './report/markdown.ts';
import { readSettings, type Settings } from './settings.ts';

export interface EvaluateOptions {
  readonly mlDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly libraryFile: LibraryFile;
}

/** Exit status when the gate rejects the model and its settings ask for a failure. */
const rejected = 3;

/** Resolves to the exit status. */
export async function evaluate({ mlDir, env, libraryFile }: EvaluateOptions): Promise<number> {
  let status = 0;
  const failed = await asJob(mlDir, async () => {
    const settings = readSettings(env);
    const thresholds = settings.thresholds ?? (await thresholdsFile(join(mlDir, 'processing', 'thresholds'))) ?? '{}';
    const folder = await openArtifact(join(mlDir, 'processing', 'model'), await volumeBytes(mlDir));
    const model = await openModel(folder, { libraryFile, env, say: console.log });
    try {
      const { decision, rows } = await evaluateModel(model, settings, thresholds, mlDir);
      if (decision === 'passed' || settings.onRejection === 'complete') return;
      await writeFile(
        join(mlDir, 'output', 'failure'),
        `AlgorithmError: the validation gate rejected the model: ${missedText(rows)}`,
      );
      status = rejected;
    } finally {
      await model[Symbol.asyncDispose]();
    }
  });
  return failed || status;
}

async function evaluateModel(
  model: OpenModel,
  settings: Settings,
  thresholds: string,
  mlDir: string,
): Promise<Evaluation> {
  const { outcome, sample } = await ask(model, settings, join(mlDir, 'processing', 'test'));
  const measured = measure(settings, outcome);
  const verdict = judge(measured.metrics, thresholds);
  const importance = model.importance ?? (await permutationImportance(model, settings, sample));
  const names = namesOf(settings, model, sample);
  const asked = { format: model.format, names, features: sample.columns };
  const evaluation = { settings, outcome, measured, importance, ...verdict, model: asked };
  await writeResults(mlDir, evaluation);
  console.log(`${tableOf(verdict.rows)}\n\ndecision: ${verdict.decision}`);
  return evaluation;
}

/** What the request gave the job to fill; nothing is known of it where no platform started the evaluation. */
async function volumeBytes(mlDir: string): Promise<number | undefined> {
  const config = await readFile(join(mlDir, 'config', 'processingjobconfig.json'), 'utf8').catch(() => '{}');
  const gibibytes = JSON.parse(config)?.ProcessingResources?.ClusterConfig?.VolumeSizeInGB;
  return typeof gibibytes === 'number' ? gibibytes * 2 ** 30 : undefined;
}

/** Variables of a processing job hold 256 characters; longer thresholds come as a file. */
async function thresholdsFile(folder: string): Promise<string | undefined> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json')).sort();
  if (names.length > 1)
    throw new ClientError(`The input thresholds holds ${names.length} files (${names.join(', ')}): it needs one`);
  return names[0] === undefined ? undefined : readFile(join(folder, names[0]), 'utf8');
}

async function ask(
  model: OpenModel,
  settings: Settings,
  folder: string,
): Promise<{ outcome: Outcome; sample: Sample }> {
  const gathering = gather(settings, model);
  const layout = {
    label: settings.label,
    contentType: settings.contentType,
    features: model.features,
    absent: model.takesMissing ? Number.NaN : 0,
  };
  let first: Batch | undefined;
  for await (const given of readTestData(folder, layout)) {
    const order = orderFor(model.names, given.names);
    const batch = order ? reordered(given, order) : given;
    if (model.features !== undefined && batch.columns !== model.features) {
      throw new ClientError(
        `The test data has ${batch.columns} features beside the label, the model takes ${model.features}`,
      );
    }
    first ??= batch;
    gathering.add(batch.labels, await model.predict(batch.features, batch.rows, batch.columns));
  }
  const { labels = [], features = new Float64Array(), columns = 0, names } = first ?? {};
  const sample = {
    labels: labels.slice(0, rowsInSample),
    features: features.slice(0, rowsInSample * columns),
    columns,
    names,
  };
  return { outcome: gathering.end(), sample };
}

function namesOf({ features }: Settings, model: OpenModel, sample: Sample): readonly string[] | undefined {
  if (features && features.length !== sample.columns)
    throw new ClientError(`EVALUATE_FEATURES names ${features.length} features, the test data has ${sample.columns}`);
  return features ?? model.names ?? sample.names;
}

const missedText = (rows: Evaluation['rows']) =>
  rows
    .filter((row) => !row.passed)
    .map((row) => `${row.metric} ${row.value.toFixed(4)} is not ${row.required}`)
    .join('; ');

async function writeResults(mlDir: string, evaluation: Evaluation): Promise<void> {
  const folder = await makeFolder(mlDir, 'processing', 'evaluation');
  await makeFolder(mlDir, 'output');
  const plots = plotsOf(evaluation);
  const missed = missedText(evaluation.rows);
  const files: [string, string][] = [
    [join(folder, 'evaluation.json'), `${JSON.stringify(evaluationDocument(evaluation), null, 2)}\n`],
    [join(folder, 'report.md'), markdownReport(evaluation, plots)],
    [join(folder, 'report.html'), htmlReport(evaluation, plots)],
    ...plots.map((plot): [string, string] => [join(folder, `${plot.name}.svg`), svgFile(plot)]),
    [join(mlDir, 'output', 'message'), `${evaluation.decision}${missed && `: ${missed}`}`],
  ];
  for (const [path, text] of files) await writeFile(path, text);
}
