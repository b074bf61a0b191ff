/** Starts the replicas that a deployment needs: first their rows, then their processes. */
import { modelArn } from '../../../shared/model-arn.ts';
import type { Deployment } from '../deployment.ts';
import type { Endpoint } from '../endpoint.ts';
import { ensureEndpointLog } from '../endpoint-logs.ts';
import type { ReplicaRow } from '../endpoint-store.ts';
import { newReplicaId, startReplica, watchReplica } from '../replica-run.ts';
import { type EndpointContext, ReplicaFailed } from './context.ts';

/** Adds rows until each variant of the deployment has its number of replicas; returns the deployment's rows. */
export async function addMissingReplicas(
  endpoint: Endpoint,
  { id, config }: Deployment,
  { resources, store }: EndpointContext,
): Promise<ReplicaRow[]> {
  const rows = (await store.listReplicas(endpoint.arn)).filter((row) => row.deployment === id);
  const missing = config.ProductionVariants.flatMap((variant): ReplicaRow[] => {
    const existing = rows.filter((row) => row.variant === variant.VariantName).length;
    return Array.from({ length: Math.max(0, (variant.InitialInstanceCount ?? 1) - existing) }, () => ({
      id: newReplicaId(),
      endpointArn: endpoint.arn,
      deployment: id,
      variant: variant.VariantName ?? '',
      state: 'starting',
      createdAt: resources.clock.now(),
      logOffset: 0,
    }));
  });
  if (missing.length > 0) {
    await resources.database.write(missing.map(store.insertReplica));
    await ensureEndpointLog(resources, endpoint);
  }
  return [...rows, ...missing];
}

/** Starts the row's process if it has none, and watches for its end. Idempotent. */
export async function startProcess(
  endpoint: Endpoint,
  { config, models }: Deployment,
  row: ReplicaRow,
  { resources, watched, wake }: EndpointContext,
): Promise<void> {
  const variant = config.ProductionVariants.find((candidate) => candidate.VariantName === row.variant);
  const name = variant?.ModelName ?? '';
  const model = models.find((candidate) => candidate.name === name);
  if (!model) throw new ReplicaFailed(`Could not find model "${modelArn(endpoint, name)}".`);
  try {
    await startReplica(resources, row, model);
  } catch (error) {
    throw new ReplicaFailed(`The model of variant ${row.variant} could not be prepared: ${(error as Error).message}`);
  }
  if (watched.has(row.id)) return;
  const unwatch = watchReplica(resources, row.id, () => wake(endpoint.arn));
  watched.set(row.id, unwatch);
}
