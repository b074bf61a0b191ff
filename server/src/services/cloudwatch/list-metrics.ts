/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html */
import type { Call } from '../../contract/call.ts';
import { readPageToken, writePageToken } from '../../contract/page-token.ts';
import type { Input } from '../../models/types.ts';
import type { CloudWatchDeps, CloudWatchOperation } from './deps.ts';
import { listMetrics as listRows, type MetricDescription, type MetricPosition } from './metric-store.ts';

type Request = Input<'cloudwatch', 'ListMetrics'>;

const pageSize = 500;
const batchSize = 1_000;
const hour = 60 * 60 * 1000;
/** Metrics that had no value for two weeks are not listed. */
const listedMs = 14 * 24 * hour;
const recentMs = 3 * hour;

const list = 'ListMetrics';

const writeToken = ({ namespace, name, id }: MetricPosition): string => writePageToken(list, namespace, name, id);

function readToken(token: string, call: Call): MetricPosition {
  const position = readPageToken(list, token, 'string', 'string', 'string');
  if (!position) throw call.error('InvalidParameterValue', 'The parameter NextToken is invalid.');
  const [namespace, name, id] = position;
  return { namespace, name, id };
}

function hasDimensions(metric: MetricDescription, input: Request): boolean {
  return (input.Dimensions ?? []).every((wanted) =>
    metric.dimensions.some(
      ({ Name: name, Value: value }) => name === wanted.Name && (wanted.Value === undefined || value === wanted.Value),
    ),
  );
}

/** Up to one more than a page. Dimensions are compared here, batch by batch: they are not in an index. */
async function findPage(input: Request, call: Call, deps: CloudWatchDeps): Promise<MetricDescription[]> {
  const activeSince = call.now.getTime() - (input.RecentlyActive === 'PT3H' ? recentMs : listedMs);
  const found: MetricDescription[] = [];
  let after = input.NextToken === undefined ? undefined : readToken(input.NextToken, call);
  for (;;) {
    const filter = { namespace: input.Namespace, name: input.MetricName, activeSince, after };
    const batch = await listRows(deps.database, call.account, call.region, filter, batchSize);
    found.push(...batch.filter((metric) => hasDimensions(metric, input)));
    after = batch.at(-1);
    if (found.length > pageSize || batch.length < batchSize) return found;
  }
}

export const listMetrics: CloudWatchOperation<'ListMetrics'> = {
  audit: { data: true },
  access: () => [{ action: 'cloudwatch:ListMetrics', resource: '*' }],
  async handle(input, call, deps) {
    const found = await findPage(input, call, deps);
    const shown = found.slice(0, pageSize);
    const last = shown.at(-1);
    return {
      Metrics: shown.map((metric) => ({
        Namespace: metric.namespace,
        MetricName: metric.name,
        Dimensions: metric.dimensions.map((dimension) => ({ ...dimension })),
      })),
      NextToken: found.length > shown.length && last ? writeToken(last) : undefined,
    };
  },
};
