/** SageMaker's XGBoost training container: reads /opt/ml/input, prints a line of metrics a round, writes /opt/ml/model/xgboost-model. */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { ClientError } from '../contract/client-error.ts';
import { readInstances } from '../contract/instances.ts';
import { asJob, channelFolder, type JobInput, modelFolder, readJobInput, writeMetrics } from '../contract/job.ts';
import { type Booster, type Matrix, openXgboost, XgboostError } from './booster.ts';
import { checkLabels, type Dataset, NoData, readDataset } from './data.ts';
import { alone, type Team, trainTogether } from './distributed/team.ts';
import { type Hyperparameters, isGreaterBetter, readHyperparameters } from './hyperparameters.ts';
import { libraryVersion } from './library.ts';

export interface TrainOptions {
  readonly mlDir: string;
  readonly libraryFile: () => Promise<string>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The requested image's version, if another version of XGBoost trains the job. */
  readonly image?: string | undefined;
}

/** The container's form of a line of its log. */
const info = (text: string) => {
  const [date = '', time = ''] = new Date().toISOString().split('T');
  console.log(`[${date}:${time.slice(0, 8)}:INFO] ${text}`);
};

interface TrainingData {
  readonly train: Dataset;
  readonly validation: Dataset | undefined;
}

export function train({ mlDir, libraryFile, env, image }: TrainOptions): Promise<number> {
  return asJob(mlDir, async () => {
    if (image) info(`${image} is trained by the platform's own XGBoost ${libraryVersion}`);
    const { hyperparameters: given, channels } = await readJobInput(mlDir);
    const hyperparameters = readHyperparameters(given);
    checkChannels(channels);
    const instances = await readInstances(mlDir);
    const read = () => readChannels(mlDir, channels, hyperparameters);
    const learn = async (data: TrainingData, team: Team) => {
      if (data.validation) checkWidths(team.columns, data.validation);
      const model = await fit(hyperparameters, data, team, await libraryFile(), env);
      if (!team.leads) return;
      await saveModel(mlDir, model.bytes);
      await writeMetrics(mlDir, model.metrics);
    };
    if (instances.hosts.length === 1) {
      const data = await read();
      return learn(data, alone(data.train.columns));
    }
    if (hyperparameters.parameters.booster === 'gblinear')
      throw new ClientError(
        'Hyperparameter booster: gblinear learns from the data of one instance alone; set InstanceCount to 1',
      );
    await trainTogether<TrainingData>({
      instances,
      job: env.TRAINING_JOB_ARN ?? '',
      libraryFile,
      read: () => read().catch((error) => without(error, instances.own)),
      holding: ({ train: { columns, isSparse } }) => ({ columns, isSparse }),
      train: learn,
    });
  });
}

function checkChannels(channels: JobInput['channels']): void {
  if (!channels.train)
    throw new ClientError('The channel "train" is missing: XGBoost needs it, "validation" is optional');
  for (const name of Object.keys(channels)) {
    if (name !== 'train' && name !== 'validation')
      throw new ClientError(`The channel "${name}" is not one of XGBoost's: train, validation`);
  }
}

async function readChannels(
  mlDir: string,
  channels: JobInput['channels'],
  { csvWeights, objective, numClass }: Hyperparameters,
): Promise<TrainingData> {
  const read = async (name: 'train' | 'validation') => {
    const { ContentType: type, TrainingInputMode: mode, RecordWrapperType: wrapper } = channels[name] ?? {};
    const form = { isPipe: mode === 'Pipe', wrapper };
    const data = await readDataset(channelFolder(mlDir, name), type, csvWeights, form);
    checkLabels(data.labels, objective, numClass, name);
    info(`Channel ${name} has ${data.rows} rows of ${data.columns} features`);
    return data;
  };
  return { train: await read('train'), validation: channels.validation && (await read('validation')) };
}

/** As the container does, an instance without files of a channel sits by. */
function without(error: unknown, host: string): undefined {
  if (!(error instanceof NoData)) throw error;
  info(
    `Host ${host} is not used in distributed training: ${error.message}. Divide the data into at least as many files as there are instances`,
  );
}

/** A sparse line's indexes name its features; columns are counted. */
function checkWidths(width: number, { columns, isSparse }: Dataset): void {
  if (columns === width || (isSparse && columns < width)) return;
  throw new ClientError(`Channel validation has ${columns} features, channel train has ${width}`);
}

interface Fitted {
  readonly bytes: Buffer;
  readonly metrics: Record<string, number>;
}

async function fit(
  hyperparameters: Hyperparameters,
  { train: trainData, validation }: TrainingData,
  team: Team,
  libraryFile: string,
  env: TrainOptions['env'],
): Promise<Fitted> {
  const xgboost = openXgboost(libraryFile);
  // A stack instead of `using` declarations, which the parser of the import check does not know yet.
  const owned = new DisposableStack();
  try {
    const matrixOf = (data: Dataset) => owned.use(labelled(data, data.matrix(xgboost, team.columns)));
    const named: [string, Matrix][] = [['train', matrixOf(trainData)]];
    if (validation) named.push(['validation', matrixOf(validation)]);
    const booster = owned.use(xgboost.booster(named.map(([, matrix]) => matrix)));
    booster.setParameter('nthread', String(Math.min(availableParallelism(), Number(env.OMP_NUM_THREADS) || Infinity)));
    for (const [name, value] of Object.entries(hyperparameters.parameters)) booster.setParameter(name, value);
    for (const metric of hyperparameters.evalMetrics) booster.setParameter('eval_metric', metric);
    const metrics = await boost(booster, hyperparameters, named, team);
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
  hyperparameters: Hyperparameters,
  named: readonly [string, Matrix][],
  team: Team,
): Promise<Record<string, number>> {
  const { numRound } = hyperparameters;
  const early = earlyStopping(hyperparameters, named);
  let stopped = false;
  const stop = () => {
    stopped = true;
  };
  process.on('SIGTERM', stop);
  const say = team.leads ? console.log : () => {};
  const tell = team.leads ? info : () => {};
  if (hyperparameters.earlyStoppingRounds !== undefined && !early)
    tell('early_stopping_rounds is not used: it takes a validation channel and an eval_metric');
  let best: Round | undefined;
  let latest: Record<string, number> = {};
  try {
    for (let round = 0; round < numRound; round++) {
      if (named[0]) booster.update(round, named[0][1]);
      const line = booster.evaluate(round, named);
      say(line.replaceAll('\t', '#011'));
      latest = metricsOfLine(line);
      const [watched, value] = watchedIn(latest, early?.metric);
      if (!best || isBetter(watched, value, best.value)) best = { round, value, metrics: latest };
      const isEarly = early !== undefined && round - best.round >= early.rounds;
      if (isEarly) tell(`Stopping. Best iteration: [${best.round}] ${watched.replace(':', '-')}:${best.value}`);
      if (await team.agree(() => isEarly || stopped)) {
        if (!isEarly) tell('Stopped by SIGTERM: the model as far as it was trained is kept');
        break;
      }
    }
  } finally {
    // A second stop request does not interrupt saving the model.
    if (!process.listeners('SIGTERM').includes(goOn)) process.on('SIGTERM', goOn);
    process.off('SIGTERM', stop);
  }
  if (!early || !best) return latest;
  booster.setAttribute('best_iteration', String(best.round));
  booster.setAttribute('best_score', String(best.value));
  return best.metrics;
}

const goOn = () => {};

/** Undefined where nothing is watched: without a validation channel or a metric the container trains every round (v1.7-1, callback.py, get_callbacks). */
function earlyStopping(
  { earlyStoppingRounds: rounds, earlyStoppingMetric: metric }: Hyperparameters,
  named: readonly [string, Matrix][],
): { readonly rounds: number; readonly metric: string } | undefined {
  const isValidated = named.some(([name]) => name === 'validation');
  return rounds !== undefined && metric !== undefined && isValidated ? { rounds, metric } : undefined;
}

/** Some metrics are printed with a parameter behind their name: then it is the last. */
function watchedIn(metrics: Readonly<Record<string, number>>, metric: string | undefined): [string, number] {
  const entries = Object.entries(metrics);
  return entries.find(([name]) => name === `validation:${metric}`) ?? entries.at(-1) ?? ['', Number.NaN];
}

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
