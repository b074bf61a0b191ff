/**
 * Makes the replicas match the endpoints' rows. Each step can be repeated; after a restart the running replicas are found by their rows and adopted.
 * The steps are in reconcile/, one file for each thing that happens.
 */
import { type Reconciler, startReconciler } from '../../../../engine/reconcile.ts';
import type { SageMakerResources } from '../../shared/deps.ts';
import type { Endpoint } from './endpoint.ts';
import { shipReplicaLog } from './endpoint-logs.ts';
import { type EndpointContext, endpointContext, lookAgainMs } from './reconcile/context.ts';
import { deploy } from './reconcile/deploy.ts';
import { endOtherReplicas } from './reconcile/end-replicas.ts';
import { keepDeployment } from './reconcile/keep-deployment.ts';
import { withdrawRoute } from './reconcile/publish-route.ts';

/** How often a healthy endpoint is looked at: its replicas' logs are shipped then. */
const restMs = 2000;

export function startEndpointReconciler(resources: SageMakerResources): Reconciler {
  const context = endpointContext(resources, (arn) => reconciler.wake(arn));
  const reconciler = startReconciler({
    name: 'endpoints',
    list: () => context.store.listArns(),
    step: (arn) => step(arn, context),
    everyMs: 10_000,
    concurrency: 8,
    background: resources.background,
    clock: resources.clock,
    log: resources.log,
  });
  return {
    wake: reconciler.wake,
    async stop() {
      await reconciler.stop();
      // The processes continue: the next start adopts them.
      for (const unwatch of context.watched.values()) unwatch();
      for (const replica of context.connected.values()) replica.close();
    },
  };
}

async function step(arn: string, context: EndpointContext): Promise<number | undefined> {
  const endpoint = await context.store.find(arn);
  switch (endpoint?.status) {
    case 'Creating':
    case 'Updating':
      return deploy(endpoint, context);
    case 'InService':
      return serve(endpoint, context);
    case 'Deleting':
      return remove(endpoint, context);
    default:
      return undefined;
  }
}

async function serve(endpoint: Endpoint, context: EndpointContext): Promise<number | undefined> {
  const isComplete = await keepDeployment(endpoint, endpoint.deployment, context);
  const othersEnded = await endOtherReplicas(endpoint, endpoint.deployment, context);
  for (const row of await context.store.listReplicas(endpoint.arn))
    await shipReplicaLog(context.resources, endpoint, row, false);
  return isComplete && othersEnded ? restMs : lookAgainMs;
}

async function remove(endpoint: Endpoint, context: EndpointContext): Promise<number | undefined> {
  withdrawRoute(endpoint, context);
  if (!(await endOtherReplicas(endpoint, undefined, context))) return lookAgainMs;
  await context.resources.database.write([...context.store.remove(endpoint)]);
  return undefined;
}
