/**
 * /opt/ml/output/metrics.json: metrics that a program writes to a file. An addition to SageMaker's contract: a flat object of numbers, or a list of
 * `{name, value, step?}`. A file of another form does not fail the job: a line in the job's log reports it.
 */
import { readBeneath } from '../../../../engine/beneath.ts';
import type { Host } from '../../jobs/host.ts';
import type { FoundMetric } from './metric-scan.ts';

const maxBytes = 8 * 2 ** 20;

export interface MetricsFile {
  readonly found: readonly FoundMetric[];
  /** Why the file could not be read. */
  readonly fault?: string;
}

export async function readMetricsFile({ ml }: Host): Promise<MetricsFile> {
  const bytes = await readBeneath(ml, maxBytes + 1, 'output', 'metrics.json');
  if (!bytes) return { found: [] };
  if (bytes.length > maxBytes) return { found: [], fault: `is larger than ${maxBytes} bytes` };
  try {
    const found = metricsOf(JSON.parse(bytes.toString('utf8')));
    return found
      ? { found }
      : { found: [], fault: 'is neither a flat object of numbers nor a list of {name, value, step?}' };
  } catch (error) {
    return { found: [], fault: `is not JSON: ${(error as Error).message}` };
  }
}

function metricsOf(document: unknown): FoundMetric[] | undefined {
  if (typeof document !== 'object' || document === null) return undefined;
  const entries: unknown[] = Array.isArray(document)
    ? document
    : Object.entries(document).map(([name, value]) => ({ name, value }));
  const isMetric = (entry: unknown): entry is FoundMetric => {
    const { name, value } = (entry ?? {}) as Partial<FoundMetric>;
    // CloudWatch takes names of up to 255 characters.
    return typeof name === 'string' && name !== '' && name.length <= 255 && Number.isFinite(value);
  };
  return entries.every(isMetric) ? entries.map(({ name, value }) => ({ name, value })) : undefined;
}
