/** A training job's metrics: https://docs.aws.amazon.com/sagemaker/latest/dg/training-metrics.html. From the log while the job runs, from metrics.json at its end. */
import type { Aws } from '../../../../contract/aws.ts';
import type { Host } from '../../jobs/host.ts';
import type { ImageTable } from '../../shared/images.ts';
import { type TrainingJob, trainingLogGroup } from '../training-job.ts';
import { hasAlgorithmMetrics, metricDefinitionsOf } from './metric-definitions.ts';
import type { FoundMetric } from './metric-scan.ts';
import { metricSearches } from './metric-searches.ts';
import { type MetricsFile, readMetricsFile } from './metrics-file.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html */
const maxPerCall = 1000;

async function publish(job: TrainingJob, found: readonly FoundMetric[], at: Date, aws: Aws): Promise<void> {
  for (let i = 0; i < found.length; i += maxPerCall) {
    await aws.call('cloudwatch', 'PutMetricData', {
      Namespace: trainingLogGroup,
      MetricData: found.slice(i, i + maxPerCall).map(({ name, value }) => ({
        MetricName: name,
        Value: value,
        Timestamp: at,
        Dimensions: [{ Name: 'TrainingJobName', Value: job.name }],
      })),
    });
  }
}

const last = (found: readonly FoundMetric[]) => Object.fromEntries(found.map(({ name, value }) => [name, value]));

export function trainingMetrics(images: ImageTable) {
  const searches = metricSearches();
  /** Metrics from jobs' files, until they are published. */
  const reported = new Map<string, MetricsFile>();
  return {
    async read(
      job: TrainingJob,
      lines: readonly string[],
      at: Date,
      aws: Aws,
    ): Promise<Partial<TrainingJob['state']> | undefined> {
      const definitions = metricDefinitionsOf(job.request, images);
      if (definitions.length === 0 || lines.length === 0) return undefined;
      const found = await searches.search(definitions, lines);
      if (found.length === 0) return undefined;
      await publish(job, found, at, aws);
      const times = Object.fromEntries(found.map(({ name }) => [name, at.getTime()]));
      return {
        metrics: { ...job.state.metrics, ...last(found) },
        metricTimes: { ...job.state.metricTimes, ...times },
      };
    },

    /** The metrics of the first instance that has a file, together with those from the log. */
    async gather(job: TrainingJob, hosts: readonly Host[]): Promise<Partial<TrainingJob['state']>> {
      let file: MetricsFile = { found: [] };
      for (const host of hosts) if (file.found.length === 0 && !file.fault) file = await readMetricsFile(host);
      // The metrics of each round, from the log, are published already.
      const isPublished = (name: string) =>
        hasAlgorithmMetrics(job.request, images) && Object.hasOwn(job.state.metricTimes ?? {}, name);
      reported.set(job.arn, { ...file, found: file.found.filter(({ name }) => !isPublished(name)) });
      const names = new Set(file.found.map(({ name }) => name));
      const times = Object.entries(job.state.metricTimes ?? {}).filter(([name]) => !names.has(name));
      return { metrics: { ...job.state.metrics, ...last(file.found) }, metricTimes: Object.fromEntries(times) };
    },

    async publishReported(job: TrainingJob, aws: Aws): Promise<void> {
      const file = reported.get(job.arn);
      reported.delete(job.arn);
      if (!file) return;
      if (file.fault) {
        const message = `metrics.json was not read: it ${file.fault}`;
        const logStreamName = `${job.name}/algo-1-${job.createdAt.getTime()}`;
        const timestamp = job.modifiedAt.getTime();
        const logEvents = [{ timestamp, message }];
        await aws.call('cloudwatch-logs', 'PutLogEvents', { logGroupName: trainingLogGroup, logStreamName, logEvents });
      }
      await publish(job, file.found, new Date(job.state.endedAt ?? job.modifiedAt), aws);
    },

    stop: () => searches.stop(),
  };
}
