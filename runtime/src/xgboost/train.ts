/** SageMaker's XGBoost training container: reads /opt/ml/input, prints a line of metrics a round, writes /opt/ml/model/xgboost-model. */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ClientError } from '../contract/client-error.ts';
import { asJob, channelFolder, modelFolder, readJobInput, writeMetrics } from '../contract/job.ts';
import { type Booster, type Matrix, openXgboost, XgboostError } from './booster.ts';
import { checkLabels, type Dataset, readDataset } from './data.ts';
import { type Hyperparameters, isGreaterBetter, readHyperparameters } from './hyperparameters.ts';

export interface TrainOptions {
  readonly mlDir: string;
  readonly libraryFile: () => Promise<string>;
}

/** The container's form of a line of its log. */
const info = (text: string) => {
  const [date = '', time = ''] = new Date().toISOString().split('T');
  console.log(`[${date}:${time.slice(0, 8)}:INFO] ${text}`);
};

export function train({ mlDir, libraryFile }: TrainOptions): Promise<number> {
  return asJob(mlDir, async () => {
    const { hyperparameters: given, channels } = await readJobInput(mlDir);
    const hyperparameters = readHyperparameters(given);
    if (!channels.train)
      throw new ClientError('The channel "train" is missing: XGBoost needs it, "validation" is optional');
    for (const name of Object.keys(channels)) {
      if (name !== 'train' && name !== 'validation')
        throw new ClientError(`The channel "${name}" is not one of XGBoost's: train, validation`);
    }
    const read = async (name: 'train' | 'validation') => {
      const data = await readDataset(
        channelFolder(mlDir, name),
        channels[name]?.ContentType,
        hyperparameters.csvWeights,
      );
      checkLabels(data.labels, hyperparameters.objective, hyperparameters.numClass, name);
      info(`Channel ${name} has ${data.rows} rows of ${data.columns} features`);
      return data;
    };
    const trainData = await read('train');
    const validationData = channels.validation ? await read('validation') : undefined;
    if (validationData) checkWidths(trainData, validationData);
    const model = await fit(hyperparameters, trainData, validationData, await libraryFile());
    await saveModel(mlDir, model.bytes);
    await writeMetrics(mlDir, model.metrics);
  });
}

/** A sparse line says by its indexes which features it has; columns are counted. */
function checkWidths(trainData: Dataset, validationData: Dataset): void {
  const { columns } = validationData;
  if (columns === trainData.columns || (validationData.isSparse && columns < trainData.columns)) return;
  throw new ClientError(`Channel validation has ${columns} features, channel train has ${trainData.columns}`);
}

interface Fitted {
  readonly bytes: Buffer;
  readonly metrics: Record<string, number>;
}

async function fit(
  hyperparameters: Hyperparameters,
  trainData: Dataset,
  validationData: Dataset | undefined,
  libraryFile: string,
): Promise<Fitted> {
  const xgboost = openXgboost(libraryFile);
  // A stack instead of `using` declarations, which the parser of the import check does not know yet.
  const owned = new DisposableStack();
  try {
    const matrixOf = (data: Dataset) => owned.use(labelled(data, data.matrix(xgboost, trainData.columns)));
    const named: [string, Matrix][] = [['train', matrixOf(trainData)]];
    if (validationData) named.push(['validation', matrixOf(validationData)]);
    const booster = owned.use(xgboost.booster(named.map(([, matrix]) => matrix)));
    booster.setParameter('nthread', String(availableParallelism()));
    for (const [name, value] of Object.entries(hyperparameters.parameters)) booster.setParameter(name, value);
    for (const metric of hyperparameters.evalMetrics) booster.setParameter('eval_metric', metric);
    const metrics = await boost(booster, hyperparameters, named);
    return { bytes: booster.save(), metrics };
  } catch (error) {
    // Its checks are of labels, weights and parameters; what is wrong with the machine it calls by C++'s name.
    if (error instanceof XgboostError && !error.message.includes('bad_alloc'))
      throw new ClientError(`XGBoost refuses the data or the hyperparameters: ${error.message}`);
    throw error;
  } finally {
    owned.dispose();
  }
}

function labelled(data: Dataset, matrix: Matrix): Matrix {
  matrix.setFloats('label', data.labels);
  if (data.weights) matrix.setFloats('weight', data.weights);
  return matrix;
}

/** The rounds. Answers the metrics of the last, or of the best where training stopped early. */
async function boost(
  booster: Booster,
  { numRound, earlyStoppingRounds }: Hyperparameters,
  named: readonly [string, Matrix][],
): Promise<Record<string, number>> {
  let stopped = false;
  const stop = () => {
    stopped = true;
  };
  process.on('SIGTERM', stop);
  let best: Round | undefined;
  let latest: Record<string, number> = {};
  try {
    for (let round = 0; round < numRound && !stopped; round++) {
      if (named[0]) booster.update(round, named[0][1]);
      const line = booster.evaluate(round, named);
      console.log(line.replaceAll('\t', '#011'));
      latest = metricsOfLine(line);
      const [watched, value] = Object.entries(latest).at(-1) ?? ['', Number.NaN];
      if (!best || isBetter(watched, value, best.value)) best = { round, value, metrics: latest };
      if (earlyStoppingRounds !== undefined && round - best.round >= earlyStoppingRounds) {
        info(`Stopping. Best iteration: [${best.round}] ${watched.replace(':', '-')}:${best.value}`);
        break;
      }
      // A signal is heard between two turns of the event loop only; a round may take minutes.
      await nextTurn();
    }
  } finally {
    // Asked to stop once more, it goes on keeping what it has.
    if (!process.listeners('SIGTERM').includes(goOn)) process.on('SIGTERM', goOn);
    process.off('SIGTERM', stop);
  }
  if (stopped) info('Stopped by SIGTERM: the model as far as it was trained is kept');
  if (earlyStoppingRounds === undefined || !best) return latest;
  booster.setAttribute('best_iteration', String(best.round));
  booster.setAttribute('best_score', String(best.value));
  return best.metrics;
}

const goOn = () => {};

interface Round {
  readonly round: number;
  readonly value: number;
  readonly metrics: Record<string, number>;
}

/** Any number is better than none. */
function isBetter(metric: string, value: number, than: number): boolean {
  if (Number.isNaN(than)) return !Number.isNaN(value);
  return isGreaterBetter(metric.split(':')[1] ?? '') ? value > than : value < than;
}

/** `[3]\ttrain-rmse:1.5\tvalidation-rmse:1.7` → { 'train:rmse': 1.5, 'validation:rmse': 1.7 } */
function metricsOfLine(line: string): Record<string, number> {
  const metrics: Record<string, number> = {};
  for (const part of line.split('\t').slice(1)) {
    const match = /^(train|validation)-(.+):([^:]+)$/.exec(part);
    if (match) metrics[`${match[1]}:${match[2]}`] = Number(match[3]);
  }
  return metrics;
}

async function saveModel(mlDir: string, bytes: Buffer): Promise<void> {
  await mkdir(modelFolder(mlDir), { recursive: true });
  const file = join(modelFolder(mlDir), 'xgboost-model');
  await writeFile(`${file}.new`, bytes);
  await rename(`${file}.new`, file);
  info(`The model (${bytes.length} bytes) is saved`);
}
