/** Publishes the route by which predictions find the replicas that answer. */
import { listTags } from '../../../shared/tags/tag-store.ts';
import type { Deployment } from '../deployment.ts';
import type { Endpoint } from '../endpoint.ts';
import { routeOf } from '../endpoint-route.ts';
import type { ReplicaRow } from '../endpoint-store.ts';
import type { EndpointContext } from './context.ts';

export async function publishRoute(
  endpoint: Endpoint,
  { config, models }: Deployment,
  rows: readonly ReplicaRow[],
  { resources, connected }: EndpointContext,
): Promise<void> {
  const { account, region, name } = endpoint;
  const model = models.find((candidate) => candidate.name === config.ProductionVariants[0]?.ModelName);
  const tags = await listTags(resources.database, endpoint.arn);
  const replicasOf = (variant: string) =>
    rows.filter((row) => row.variant === variant).flatMap((row) => connected.get(row.id) ?? []);
  const route = routeOf(endpoint, config, model?.request.ExecutionRoleArn, tags, replicasOf);
  resources.routing.publish(account, region, name, route);
}

export const withdrawRoute = ({ account, region, name }: Endpoint, { resources }: EndpointContext): void =>
  resources.routing.publish(account, region, name, undefined);
