/** Connects to replicas that have started, and notices those that ended. */
import type { Endpoint } from '../endpoint.ts';
import type { ReplicaRow } from '../endpoint-store.ts';
import { reachReplica } from '../replica-run.ts';
import { type EndpointContext, ReplicaFailed } from './context.ts';
import { endReplicaOf } from './end-replicas.ts';

/** Returns whether the replica answers. A replica that ended fails the deployment if it never answered; otherwise it is replaced. */
export async function connect(endpoint: Endpoint, row: ReplicaRow, context: EndpointContext): Promise<boolean> {
  const { resources, store, connected, wake } = context;
  if (connected.has(row.id)) return true;
  const health = await reachReplica(resources, row.id, () => {
    connected.delete(row.id);
    wake(endpoint.arn);
  });
  if (health.state === 'starting') return false;
  if (health.state === 'ready') {
    connected.set(row.id, health.replica);
    if (row.state === 'starting') await resources.database.write([store.markReady(row.id)]);
    return true;
  }
  // The row goes with its run: the next step would otherwise find the ended run again and never start another.
  await endReplicaOf(endpoint, row, context);
  if (row.state === 'starting') throw new ReplicaFailed(pingFailure(row, health.reason));
  resources.log.warn('endpoint reconciler: replica ended, starting another', {
    endpoint: endpoint.name,
    replica: row.id,
    reason: health.reason,
  });
  return false;
}

/** AWS's sentence (https://docs.aws.amazon.com/sagemaker/latest/dg/model-deploy-feature-matrix.html names it "did not pass the ping health check"), and why. */
const pingFailure = (row: ReplicaRow, reason: string) =>
  `The primary container for production variant ${row.variant} did not pass the ping health check. ` +
  `Please check CloudWatch logs for this endpoint. (${reason.slice(0, 800)})`;
