/**
 * Iris: three species classified by four measures, in the same workflow as the exam score, as probabilities (multi:softprob) and as a class (multi:softmax).
 * Run it against a platform that runs: `eval "$(npx clary env)"; npx clary-node examples/iris/main.ts`.
 */
import { readFile } from 'node:fs/promises';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { s3 } from '../workflow/clients.ts';
import { layFoundation } from '../workflow/foundation.ts';
import { captured, predict, readMetrics } from '../workflow/operate.ts';
import { approve, deploy, register, withdraw } from '../workflow/release.ts';
import { stage } from '../workflow/stage.ts';
import { train } from '../workflow/train.ts';
import { validate } from '../workflow/validate.ts';

const species = ['setosa', 'versicolor', 'virginica'];
const flower = [5.1, 3.5, 1.4, 0.2];
const run = `iris-${new Date()
  .toISOString()
  .replace(/[-:TZ.]/g, '')
  .slice(0, 17)}`;
const foundation = await layFoundation('iris');
const { bucket } = foundation;

await stage('Collect and prepare', async () => {
  const rows = (await readFile(new URL('./iris.csv', import.meta.url), 'utf8')).trim().split('\n').slice(1);
  const labelFirst = rows.map((row) => {
    const cells = row.split(',');
    return [species.indexOf(cells[4] ?? ''), ...cells.slice(0, 4)].join(',');
  });
  const put = (key: string, lines: readonly string[]) =>
    s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: `${lines.join('\n')}\n`, ContentType: 'text/csv' }));
  await put(
    'processed/train/train.csv',
    labelFirst.filter((_, i) => i % 5 !== 0),
  );
  await put(
    'processed/validation/validation.csv',
    labelFirst.filter((_, i) => i % 5 === 0),
  );
  return { did: `${rows.length} flowers, every fifth for validation`, resources: [`s3://${bucket}/processed/`] };
});

for (const objective of ['multi:softprob', 'multi:softmax'] as const) {
  const name = `${run}-${objective.slice(6)}`;
  const model = await stage(`Train ${objective}`, async () => {
    const trained = await train(foundation, name, {
      objective,
      num_class: '3',
      num_round: '30',
      max_depth: '3',
      eta: '0.3',
      eval_metric: 'mlogloss,merror',
    });
    return {
      did: Object.entries(trained.metrics)
        .map(([metric, value]) => `${metric} ${value.toFixed(4)}`)
        .join(', '),
      resources: [trained.jobArn],
      url: trained.modelDataUrl,
    };
  });
  const gate = await stage('Validate', async () => {
    const thresholds = {
      accuracy: { above: 0.9 },
      precision: { above: 0.85 },
      recall: { above: 0.85 },
      f1: { above: 0.85 },
    };
    const features = ['sepal length', 'sepal width', 'petal length', 'petal width'];
    const names = { classes: species, features };
    const verdict = await validate(foundation, `${name}-evaluate`, model.url, 'multiclass', thresholds, names);
    if (!verdict.passed) throw new Error(`the validation gate rejected the model:\n${verdict.table.join('\n')}`);
    return {
      did: 'macro averages',
      resources: [verdict.evaluationUri, verdict.reportUri],
      shows: verdict.table,
      uri: verdict.evaluationUri,
    };
  });
  const version = await stage('Register, approve, deploy', async () => {
    const arn = await register('iris', model.url, gate.uri);
    await approve(arn, 'accuracy, precision, recall and F1 above their thresholds');
    return { did: 'endpoint in service', resources: [arn, await deploy(foundation, name, arn)] };
  });
  await stage('Predict', async () => {
    const answer = await predict(name, flower);
    const values = answer.replace(/[[\]]/g, '').split(',').map(Number);
    const most = values.length === 1 ? (values[0] ?? -1) : values.indexOf(Math.max(...values));
    return { did: `${version.resources[1]} for [${flower}]: ${answer}`, shows: [`Iris ${species[most]}`] };
  });
  await stage('Monitor', async () => {
    const capture = await captured(bucket, name);
    const [invocations] = await readMetrics(name, ['Invocations']);
    return { did: `${invocations?.sum} invocation`, resources: [capture.uri] };
  });
  if (!process.argv.includes('--keep')) await withdraw(name);
}
