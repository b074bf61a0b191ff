/** Ends replicas that no route names any more: they answer the requests that they have, then their process, folder and row are removed. */
import { replicaRun } from '../../../shared/runs.ts';
import type { Endpoint } from '../endpoint.ts';
import { shipReplicaLog } from '../endpoint-logs.ts';
import type { ReplicaRow } from '../endpoint-store.ts';
import { endReplica } from '../replica-run.ts';
import type { EndpointContext } from './context.ts';

/** A replica that did not end this long after SIGTERM is killed. */
const graceMs = 15_000;

/** Returns false while the replica still has requests to answer, or has not ended yet. */
export async function endReplicaOf(endpoint: Endpoint, row: ReplicaRow, context: EndpointContext): Promise<boolean> {
  const { resources, store, connected, watched, endingSince } = context;
  const replica = connected.get(row.id);
  // Every request has a deadline, so this waits no longer than one.
  if (replica && replica.inFlight > 0) return false;
  replica?.close();
  connected.delete(row.id);
  watched.get(row.id)?.();
  watched.delete(row.id);
  await shipReplicaLog(resources, endpoint, row, true);
  const now = resources.clock.now().getTime();
  const since = endingSince.get(row.id) ?? now;
  endingSince.set(row.id, since);
  const signal = now - since > graceMs ? 'SIGKILL' : 'SIGTERM';
  if ((await endReplica(resources, row.id, signal)) === 'ending') return false;
  endingSince.delete(row.id);
  await resources.database.write([store.removeReplica(row.id)]);
  resources.running.end(replicaRun(row.id));
  return true;
}

/** Ends the replicas of every deployment but `kept`; returns whether all of them have ended. */
export async function endOtherReplicas(
  endpoint: Endpoint,
  kept: string | undefined,
  context: EndpointContext,
): Promise<boolean> {
  const rows = (await context.store.listReplicas(endpoint.arn)).filter((row) => row.deployment !== kept);
  return (await Promise.all(rows.map((row) => endReplicaOf(endpoint, row, context)))).every(Boolean);
}
