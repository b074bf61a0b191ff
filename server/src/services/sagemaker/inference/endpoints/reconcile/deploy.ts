/** Creating and Updating: brings the wanted deployment up beside the one that serves, then lets it serve, or rolls back. */
import { type Endpoint, endpointEvent } from '../endpoint.ts';
import { type EndpointContext, lookAgainMs, ReplicaFailed } from './context.ts';
import { endOtherReplicas } from './end-replicas.ts';
import { keepDeployment } from './keep-deployment.ts';

export async function deploy(endpoint: Endpoint, context: EndpointContext): Promise<number | undefined> {
  try {
    if (endpoint.servingDeployment) await keepDeployment(endpoint, endpoint.servingDeployment, context);
    if (!(await keepDeployment(endpoint, endpoint.deployment, context))) return lookAgainMs;
  } catch (error) {
    if (!(error instanceof ReplicaFailed)) throw error;
    await rollBack(endpoint, error.message, context);
    return undefined;
  }
  const served = { servingConfigName: endpoint.configName, servingDeployment: endpoint.deployment };
  // Publishes the route before the endpoint is InService.
  await keepDeployment({ ...endpoint, ...served }, endpoint.deployment, context);
  await settle(endpoint, { ...served, status: 'InService', failureReason: undefined }, context);
  return undefined;
}

/** A creation that fails ends as Failed; after an update that fails, the former deployment continues to serve. */
async function rollBack(endpoint: Endpoint, failureReason: string, context: EndpointContext): Promise<void> {
  const { servingConfigName: configName, servingDeployment: deployment } = endpoint;
  await endOtherReplicas(endpoint, deployment, context);
  const served = configName && deployment ? { status: 'InService' as const, configName, deployment } : undefined;
  await settle(endpoint, { ...(served ?? { status: 'Failed' }), failureReason }, context);
}

/** Ends a creation or an update, and removes the deployments that are not wanted after it. */
async function settle(
  endpoint: Endpoint,
  to: Partial<Endpoint>,
  { resources, store, wake }: EndpointContext,
): Promise<void> {
  const next = { ...endpoint, ...to, modifiedAt: resources.clock.now() };
  const statements = [store.update(next), store.removeOtherDeployments(endpoint.arn, next.deployment)];
  await resources.outbox.write(statements, endpointEvent(next));
  wake(endpoint.arn);
}
