/**
 * The endpoint's metrics, gathered in memory and published behind the requests.
 * Names, units and dimensions: https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html
 */
import type { AwsAccess } from '../../contract/aws.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Log } from '../../kit/log.ts';
import type { Input } from '../../models/types.ts';
import type { EndpointRoute, VariantRoute } from '../../serving/routing-table.ts';

export interface InvocationMetrics {
  /** Durations in milliseconds. */
  record(route: EndpointRoute, variant: VariantRoute, status: number, modelMs: number, overheadMs: number): void;
  stop(): Promise<void>;
}

export interface InvocationMetricsOptions {
  readonly aws: AwsAccess;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: { readonly metricsFlushMs: number };
}

interface Counts {
  readonly route: EndpointRoute;
  readonly variantName: string;
  invocations: number;
  /** Each is 1 / the number of instances at that time; with how often each came. */
  readonly perInstance: Map<number, number>;
  clientErrors: number;
  serverErrors: number;
  modelErrors: number;
  /** Microseconds, at three significant digits, with how often each came. */
  readonly modelLatency: Map<number, number>;
  readonly overheadLatency: Map<number, number>;
}

/** PutMetricData takes at most this many distinct values in one datum. */
const maxValues = 150;

/** Microseconds at three significant digits: percentiles stay true to a thousandth, and few values are distinct. */
function microseconds(ms: number): number {
  const exact = Math.max(1, Math.round(ms * 1000));
  if (exact < 1000) return exact;
  const unit = 10 ** (Math.floor(Math.log10(exact)) - 2);
  return Math.round(exact / unit) * unit;
}

function count(values: Map<number, number>, value: number): void {
  values.set(value, (values.get(value) ?? 0) + 1);
}

export function startInvocationMetrics({ aws, clock, log, settings }: InvocationMetricsOptions): InvocationMetrics {
  let gathered = new Map<string, Counts>();
  let publishing: Promise<void> = Promise.resolve();

  function countsOf(route: EndpointRoute, variant: VariantRoute): Counts {
    const key = `${route.account}/${route.region}/${route.endpointName}/${variant.name}`;
    let counts = gathered.get(key);
    if (!counts) {
      counts = {
        route,
        variantName: variant.name,
        invocations: 0,
        perInstance: new Map(),
        clientErrors: 0,
        serverErrors: 0,
        modelErrors: 0,
        modelLatency: new Map(),
        overheadLatency: new Map(),
      };
      gathered.set(key, counts);
    }
    return counts;
  }

  async function publish(): Promise<void> {
    const taken = gathered;
    gathered = new Map();
    for (const counts of taken.values()) {
      try {
        await aws
          .asService(counts.route.account, 'sagemaker.amazonaws.com', counts.route.region)
          .call('cloudwatch', 'PutMetricData', {
            Namespace: 'AWS/SageMaker',
            MetricData: metricData(counts, clock.now()),
          });
      } catch (error) {
        log.error('invocation metrics: metrics of an endpoint lost', { endpoint: counts.route.endpointName, error });
      }
    }
  }

  const flush = () => {
    publishing = publishing.then(publish);
    return publishing;
  };
  const timer = setInterval(() => void flush(), settings.metricsFlushMs).unref();

  return {
    record(route, variant, status, modelMs, overheadMs) {
      const counts = countsOf(route, variant);
      counts.invocations += 1;
      if (status >= 500) counts.serverErrors += 1;
      else if (status >= 400) counts.clientErrors += 1;
      if (status < 200 || status >= 300) counts.modelErrors += 1;
      count(counts.perInstance, 1 / Math.max(1, variant.replicas.length));
      count(counts.modelLatency, microseconds(modelMs));
      count(counts.overheadLatency, microseconds(overheadMs));
    },
    async stop() {
      clearInterval(timer);
      await flush();
    },
  };
}

function metricData(counts: Counts, now: Date): NonNullable<Input<'cloudwatch', 'PutMetricData'>['MetricData']> {
  const common = {
    Timestamp: now,
    Dimensions: [
      { Name: 'EndpointName', Value: counts.route.endpointName },
      { Name: 'VariantName', Value: counts.variantName },
    ],
  };
  const { invocations } = counts;
  const share = (name: string, hits: number) => ({
    ...common,
    MetricName: name,
    Unit: 'None' as const,
    StatisticValues: {
      SampleCount: invocations,
      Sum: hits,
      Minimum: hits === invocations ? 1 : 0,
      Maximum: hits > 0 ? 1 : 0,
    },
  });
  const spread = (name: string, unit: 'None' | 'Microseconds', values: ReadonlyMap<number, number>) => {
    const entries = [...values];
    return Array.from({ length: Math.ceil(entries.length / maxValues) }, (_, i) => {
      const part = entries.slice(i * maxValues, (i + 1) * maxValues);
      return {
        ...common,
        MetricName: name,
        Unit: unit,
        Values: part.map(([value]) => value),
        Counts: part.map(([, times]) => times),
      };
    });
  };
  return [
    share('Invocations', invocations),
    share('Invocation4XXErrors', counts.clientErrors),
    share('Invocation5XXErrors', counts.serverErrors),
    share('InvocationModelErrors', counts.modelErrors),
    ...spread('InvocationsPerInstance', 'None', counts.perInstance),
    ...spread('ModelLatency', 'Microseconds', counts.modelLatency),
    ...spread('OverheadLatency', 'Microseconds', counts.overheadLatency),
  ];
}
