/**
 * Routes on a server that does not do the background work: the replicas are processes of the same machine, which the server that does it starts and ends;
 * this one only connects to them. Follows the rows of endpoints and replicas as they change.
 */
import type { Reconciler } from '../../../../engine/reconcile.ts';
import type { SageMakerResources } from '../../shared/deps.ts';
import type { Endpoint } from './endpoint.ts';
import { type EndpointContext, endpointContext } from './reconcile/context.ts';
import { publishRoute, withdrawRoute } from './reconcile/publish-route.ts';
import { reachReplica } from './replica-run.ts';

/** Replicas that do not answer yet are tried again so often. */
const retryMs = 500;

export function followRoutes(resources: SageMakerResources): Pick<Reconciler, 'stop'> {
  const context = endpointContext(resources, () => follow());
  let published = new Map<string, Endpoint>();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let again = false;
  let stopped = false;

  function follow(): void {
    if (stopped) return;
    clearTimeout(timer);
    if (running) {
      again = true;
      return;
    }
    running = followAll()
      .then((isComplete) => isComplete || retry())
      .catch((error) => {
        resources.log.warn('endpoints: routes could not be read, will retry', { error });
        retry();
      })
      .then(() => {
        running = undefined;
        if (again) follow();
        again = false;
      });
  }

  const retry = () => {
    if (!stopped) timer = setTimeout(follow, retryMs).unref();
  };

  /** Whether every replica of a serving deployment is connected. */
  async function followAll(): Promise<boolean> {
    const now = new Map<string, Endpoint>();
    let isComplete = true;
    for (const arn of await context.store.listArns()) {
      const endpoint = await context.store.find(arn);
      if (!endpoint || !isServing(endpoint)) continue;
      now.set(arn, endpoint);
      if (!(await publish(endpoint, context, follow))) isComplete = false;
    }
    for (const [arn, endpoint] of published) if (!now.has(arn)) withdrawRoute(endpoint, context);
    published = now;
    return isComplete;
  }

  resources.changes.onChange('sagemaker-endpoints', follow);
  follow();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
      for (const replica of context.connected.values()) replica.close();
    },
  };
}

const isServing = ({ status, servingDeployment }: Endpoint) =>
  status === 'InService' || servingDeployment !== undefined;

async function publish(endpoint: Endpoint, context: EndpointContext, onClose: () => void): Promise<boolean> {
  const { store, connected, resources } = context;
  const id = endpoint.servingDeployment ?? endpoint.deployment;
  const deployment = await store.findDeployment(endpoint.arn, id);
  if (!deployment) return true;
  const rows = (await store.listReplicas(endpoint.arn)).filter((row) => row.deployment === id);
  for (const { id: replica } of rows.filter((row) => !connected.has(row.id))) {
    const health = await reachReplica(resources, replica, () => {
      connected.delete(replica);
      onClose();
    });
    if (health.state === 'ready') connected.set(replica, health.replica);
  }
  await publishRoute(endpoint, deployment, rows, context);
  return rows.every((row) => connected.has(row.id));
}
