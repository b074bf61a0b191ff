/**
 * The founding example: from a raw CSV of 10,000 learners to a monitored endpoint, with nothing but the AWS SDK.
 * Run it with `npx clary demo`, or against a platform that runs: `eval "$(npx clary env)"; npx clary-node examples/exam-score/main.ts`.
 * At its end it takes the endpoint out of service again, unless it is run with --keep.
 */
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { s3 } from '../workflow/clients.ts';
import { layFoundation } from '../workflow/foundation.ts';
import { captured, predict, readMetrics } from '../workflow/operate.ts';
import { approve, deploy, register, withdraw } from '../workflow/release.ts';
import { stage } from '../workflow/stage.ts';
import { train } from '../workflow/train.ts';
import { validate } from '../workflow/validate.ts';
import { expectedScore, header, learnersCsv } from './learners.ts';
import { prepare } from './prepare.ts';

const seed = 2026;
const run = `exam-score-${new Date()
  .toISOString()
  .replace(/[-:TZ.]/g, '')
  .slice(0, 17)}`;
const foundation = await layFoundation('exam-score');
const { bucket } = foundation;
const put = (key: string, body: string) =>
  s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: 'text/csv' }));

await stage('Collect', async () => {
  const csv = learnersCsv(10_000, seed);
  await put('raw/learners.csv', csv);
  return {
    did: `10,000 learners in ${(csv.length / 1024).toFixed(0)} KiB, made from seed ${seed}`,
    resources: [`s3://${bucket}/raw/learners.csv`],
  };
});

await stage('Prepare', async () => {
  const raw = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'raw/learners.csv' }));
  const prepared = prepare((await raw.Body?.transformToString()) ?? '', seed);
  await put('processed/train/train.csv', prepared.train);
  await put('processed/validation/validation.csv', prepared.validation);
  return {
    did: `${prepared.kept} rows kept, ${prepared.incomplete} incomplete and ${prepared.duplicates} duplicates dropped, split 80/20`,
    resources: [`s3://${bucket}/processed/train/train.csv`, `s3://${bucket}/processed/validation/validation.csv`],
  };
});

const model = await stage('Train', async () => {
  const trained = await train(foundation, run, {
    objective: 'reg:squarederror',
    num_round: '100',
    max_depth: '4',
    eta: '0.1',
    eval_metric: 'rmse',
    early_stopping_rounds: '10',
  });
  const metrics = Object.entries(trained.metrics).map(([name, value]) => `${name} ${value.toFixed(3)}`);
  return {
    did: `XGBoost, ${trained.states.join(' → ')}; ${metrics.join(', ')}`,
    resources: [trained.jobArn, trained.modelDataUrl],
    modelDataUrl: trained.modelDataUrl,
  };
});

const gate = await stage('Validate', async () => {
  const thresholds = { rmse: { max: 30 }, mae: { max: 25 }, r2: { min: 0.9 } };
  const features = header.split(',').slice(1, -1);
  const verdict = await validate(foundation, `${run}-evaluate`, model.modelDataUrl, 'regression', thresholds, {
    features,
  });
  if (!verdict.passed) throw new Error(`the validation gate rejected the model:\n${verdict.table.join('\n')}`);
  return {
    did: 'the gate measured the model on the validation data',
    resources: [verdict.jobArn, verdict.evaluationUri, verdict.reportUri],
    shows: verdict.table,
    evaluationUri: verdict.evaluationUri,
  };
});

const version = await stage('Register', async () => {
  const arn = await register('exam-score', model.modelDataUrl, gate.evaluationUri);
  return { did: 'the artifact was opened, loaded and asked; the version waits for approval', resources: [arn], arn };
});

await stage('Approve and deploy', async () => {
  await approve(version.arn, 'rmse, mae and r2 within their thresholds');
  return { did: 'approved, endpoint in service', resources: [await deploy(foundation, run, version.arn)] };
});

await stage('Predict', async () => {
  const learner = { yearsInIt: 3, yearsOnAws: 1, hoursStudied: 60, practiceTests: 5 };
  const score = await predict(run, Object.values(learner));
  return {
    did: 'a new learner: 3 years in IT, 1 year on AWS, 60 hours studied, 5 practice tests',
    shows: [`predicted score: ${score} (the formula without noise: ${expectedScore(learner)})`],
  };
});

await stage('Monitor', async () => {
  const capture = await captured(bucket, run);
  const metrics = await readMetrics(run, ['Invocations', 'ModelLatency', 'OverheadLatency', 'Invocation4XXErrors']);
  return {
    did: 'captured traffic and metrics',
    resources: [capture.uri],
    shows: [
      capture.line,
      ...metrics.map(
        (m) =>
          `${m.name.padEnd(20)} sum ${m.sum.toFixed(0).padStart(6)}  average ${m.average.toFixed(1)} ${m.unit ?? ''}`,
      ),
    ],
  };
});

if (process.argv.includes('--keep')) console.log(`\nThe endpoint ${run} stays in service.`);
else await withdraw(run);
