/** Keeps the replicas of a deployment alive, and its route published if the deployment serves. */
import type { Endpoint } from '../endpoint.ts';
import { type EndpointContext, ReplicaFailed } from './context.ts';
import { publishRoute } from './publish-route.ts';
import { connect } from './reach-replica.ts';
import { addMissingReplicas, startProcess } from './start-replicas.ts';

/** Returns whether all replicas answer. */
export async function keepDeployment(endpoint: Endpoint, id: string, context: EndpointContext): Promise<boolean> {
  const deployment = await context.store.findDeployment(endpoint.arn, id);
  if (!deployment) throw new ReplicaFailed(`Could not find the deployment "${id}" of the endpoint.`);
  const rows = await addMissingReplicas(endpoint, deployment, context);
  // Waits for all of them before it reports a failure: the rollback ends the others, and a replica that is still being started would be left running.
  const answers = await Promise.allSettled(
    rows.map(async (row) => {
      if (!context.connected.has(row.id)) await startProcess(endpoint, deployment, row, context);
      return connect(endpoint, row, context);
    }),
  );
  if (endpoint.servingDeployment === id) await publishRoute(endpoint, deployment, rows, context);
  const failed = answers.find((answer) => answer.status === 'rejected');
  if (failed) throw failed.reason;
  return answers.every((answer) => answer.status === 'fulfilled' && answer.value);
}
