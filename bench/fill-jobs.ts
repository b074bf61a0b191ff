/** Training jobs that have ended, written into a database by the store's own statements: 100,000 of them by CreateTrainingJob would take hours. */
import { createLog } from '../server/src/kit/log.ts';
import { openDatabase } from '../server/src/open-database.ts';
import { jobStore } from '../server/src/services/sagemaker/jobs/job-store.ts';
import { putTag } from '../server/src/services/sagemaker/shared/tags/tag-store.ts';
import { type TrainingJob, trainingJobArn } from '../server/src/services/sagemaker/training/training-job.ts';
import type { Database, Statement } from '../server/src/storage/database.ts';

const at = { account: '000000000000', region: 'us-east-1' };
const firstMs = Date.UTC(2026, 0, 1);
const betweenMs = 60_000;
/** Jobs in one write, and writes that are sent at once. */
const perWrite = 100;
const writesAtOnce = 10;

/** 2.3 KB of documents. What differs from job to job follows from its number, so that every run fills alike. */
function jobOf(number: number): TrainingJob {
  const mixed = (number * 2_654_435_761) % 2 ** 32;
  const name = `${['churn', 'fraud', 'price', 'rank'][mixed % 4]}-${mixed.toString(36)}-${number}`;
  const createdAt = firstMs + number * betweenMs;
  const isFailed = mixed % 14 === 0;
  const status = isFailed ? 'Failed' : mixed % 29 === 0 ? 'Stopped' : 'Completed';
  const channel = (ChannelName: string) => ({
    ChannelName,
    DataSource: {
      S3DataSource: { S3DataType: 'S3Prefix' as const, S3Uri: `s3://data/${mixed % 250}/${ChannelName}/` },
    },
  });
  return {
    arn: trainingJobArn(at, name),
    kind: 'training',
    ...at,
    name,
    status,
    phase: 'Ended',
    createdAt: new Date(createdAt),
    modifiedAt: new Date(createdAt + (mixed % 3_600_000)),
    revision: 7,
    logOffsets: { 'algo-1': 1000 },
    request: {
      TrainingJobName: name,
      RoleArn: 'arn:aws:iam::000000000000:role/jobs',
      AlgorithmSpecification: {
        TrainingImage: '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1',
        TrainingInputMode: 'File',
      },
      HyperParameters: {
        eta: String((mixed % 100) / 100),
        num_round: String(mixed % 500),
        ...Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`setting_of_the_script_${i}`, String(mixed + i)])),
      },
      InputDataConfig: [channel('train'), channel('validation')],
      OutputDataConfig: { S3OutputPath: 's3://models/' },
      ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 10 },
      StoppingCondition: { MaxRuntimeInSeconds: 3600 },
    },
    state: {
      runId: mixed.toString(16),
      transitions: ['Starting', 'Downloading', 'Training', 'Uploading', status].map((step, i) => ({
        status: step,
        startTime: createdAt + i * 1000,
        endTime: createdAt + (i + 1) * 1000,
        message: 'Training image download completed. Training in progress.',
      })),
      startedAt: createdAt,
      endedAt: createdAt + 5000,
      ...(isFailed ? { failureReason: `AlgorithmError: exit code ${number % 7}` } : {}),
      metrics: Object.fromEntries(
        ['train:auc', 'validation:auc', 'train:loss', 'x'].map((metric, i) => [metric, ((mixed >>> i) % 1000) / 1000]),
      ),
      artifactUri: `s3://models/${name}/output/model.tar.gz`,
    },
  };
}

function statementsOf(database: Database, number: number): Statement[] {
  const job = jobOf(number);
  return [
    jobStore<TrainingJob['request']>(database, 'training').insert(job),
    putTag(job.arn, { Key: 'team', Value: `team-${number % 4}` }),
    putTag(job.arn, { Key: 'stage', Value: number % 10 === 0 ? 'production' : 'trial' }),
  ];
}

/** No server may use the folder. */
export async function fillJobs(settings: { dataDir: string; database: string }, count: number): Promise<void> {
  const database = await openDatabase(
    settings,
    createLog('warn', (line) => process.stderr.write(line)),
  );
  const numbers = Array.from({ length: Math.ceil(count / perWrite) }, (_, i) => i * perWrite).values();
  const writeInTurn = async () => {
    for (const from of numbers) {
      const length = Math.min(perWrite, count - from);
      await database.write(Array.from({ length }, (_, i) => statementsOf(database, from + i)).flat());
    }
  };
  try {
    await Promise.all(Array.from({ length: writesAtOnce }, writeInTurn));
  } finally {
    await database.close();
  }
}
