/**
 * Makes endpoints true: starts the replicas that a configuration wants, publishes them once all of them answer, replaces those that die, ends those
 * that are no longer wanted. Every step can be repeated; after a restart the running replicas are found by their rows and adopted.
 */
import { type Reconciler, startReconciler } from '../../../../engine/reconcile.ts';
import type { Replica } from '../../../../serving/replica.ts';
import type { SageMakerResources } from '../../shared/deps.ts';
import { modelArn } from '../../shared/model-arn.ts';
import { replicaRun } from '../../shared/runs.ts';
import { listTags } from '../../shared/tags/tag-store.ts';
import type { Deployment } from './deployment.ts';
import { type Endpoint, endpointEvent } from './endpoint.ts';
import { ensureEndpointLog, shipReplicaLog } from './endpoint-logs.ts';
import { routeOf } from './endpoint-route.ts';
import { endpointStore, type ReplicaRow } from './endpoint-store.ts';
import { endReplica, newReplicaId, reachReplica, startReplica, watchReplica } from './replica-run.ts';

/** While something is on its way, look again this soon; a socket's appearance sends no signal. */
const lookAgainMs = 20;
const restMs = 2000;
/** A replica that did not end this long after SIGTERM is killed. */
const graceMs = 15_000;

export function startEndpointReconciler(resources: SageMakerResources): Reconciler {
  const { database, outbox, clock, log, routing, running } = resources;
  const store = endpointStore(database);
  /** Connections to replicas that answer, by replica id. */
  const connected = new Map<string, Replica>();
  const watched = new Map<string, () => void>();
  /** Since when a replica is asked to end, by its id. */
  const endingSince = new Map<string, number>();

  /** Ends a creation or an update: what is not wanted after it is forgotten. */
  async function settle(endpoint: Endpoint, to: Partial<Endpoint>): Promise<void> {
    const next = { ...endpoint, ...to, modifiedAt: clock.now() };
    const statements = [store.update(next), store.removeOtherDeployments(endpoint.arn, next.deployment)];
    await outbox.write(statements, endpointEvent(next));
    reconciler.wake(endpoint.arn);
  }

  /** Adds rows until each variant of the deployment has its number of replicas; answers this deployment's rows. */
  async function wantReplicas(endpoint: Endpoint, { id, config }: Deployment): Promise<ReplicaRow[]> {
    const rows = (await store.listReplicas(endpoint.arn)).filter((row) => row.deployment === id);
    const missing = config.ProductionVariants.flatMap((variant): ReplicaRow[] => {
      const have = rows.filter((row) => row.variant === variant.VariantName).length;
      return Array.from({ length: Math.max(0, (variant.InitialInstanceCount ?? 1) - have) }, () => ({
        id: newReplicaId(),
        endpointArn: endpoint.arn,
        deployment: id,
        variant: variant.VariantName ?? '',
        state: 'starting',
        createdAt: clock.now(),
        logOffset: 0,
      }));
    });
    if (missing.length > 0) {
      await database.write(missing.map(store.insertReplica));
      await ensureEndpointLog(resources, endpoint);
    }
    return [...rows, ...missing];
  }

  async function begin(endpoint: Endpoint, { config, models }: Deployment, row: ReplicaRow): Promise<void> {
    const variant = config.ProductionVariants.find((candidate) => candidate.VariantName === row.variant);
    const name = variant?.ModelName ?? '';
    const model = models.find((candidate) => candidate.name === name);
    if (!model) throw new ReplicaFailed(`Could not find model "${modelArn(endpoint, name)}".`);
    try {
      await startReplica(resources, row, model);
    } catch (error) {
      throw new ReplicaFailed(`The model of variant ${row.variant} could not be prepared: ${(error as Error).message}`);
    }
    if (!watched.has(row.id))
      watched.set(
        row.id,
        watchReplica(resources, row.id, () => reconciler.wake(endpoint.arn)),
      );
  }

  /** Whether the row's replica answers. A replica that ended is thrown, if it never answered, and forgotten, if it did. */
  async function reach(endpoint: Endpoint, row: ReplicaRow): Promise<boolean> {
    if (connected.has(row.id)) return true;
    const health = await reachReplica(resources, row.id, () => {
      connected.delete(row.id);
      reconciler.wake(endpoint.arn);
    });
    if (health.state === 'ready') {
      connected.set(row.id, health.replica);
      if (row.state === 'starting') await database.write([store.markReady(row.id)]);
      return true;
    }
    if (health.state === 'starting') return false;
    if (row.state === 'starting') {
      // Else the next look would find this run again and never begin another.
      await forget(endpoint, row);
      throw new ReplicaFailed(pingFailure(row, health.reason));
    }
    log.warn('endpoint reconciler: replica ended, starting another', {
      endpoint: endpoint.name,
      replica: row.id,
      reason: health.reason,
    });
    await forget(endpoint, row);
    return false;
  }

  /** Ends a replica that no route names any more; false while it still answers what it was asked, or is about to end. */
  async function forget(endpoint: Endpoint, row: ReplicaRow): Promise<boolean> {
    const replica = connected.get(row.id);
    // Every request has a deadline, so that this waits no longer than one.
    if (replica && replica.inFlight > 0) return false;
    replica?.close();
    connected.delete(row.id);
    watched.get(row.id)?.();
    watched.delete(row.id);
    await shipReplicaLog(resources, endpoint, row, true);
    const now = clock.now().getTime();
    const since = endingSince.get(row.id) ?? now;
    endingSince.set(row.id, since);
    if ((await endReplica(resources, row.id, now - since > graceMs ? 'SIGKILL' : 'SIGTERM')) === 'ending') return false;
    endingSince.delete(row.id);
    await database.write([store.removeReplica(row.id)]);
    running.end(replicaRun(row.id));
    return true;
  }

  async function publish(endpoint: Endpoint, { config, models }: Deployment, rows: readonly ReplicaRow[]) {
    const model = models.find(({ name }) => name === config.ProductionVariants[0]?.ModelName);
    const tags = await listTags(database, endpoint.arn);
    const replicasOf = (variant: string) =>
      rows.filter((row) => row.variant === variant).flatMap((row) => connected.get(row.id) ?? []);
    routing.publish(
      endpoint.account,
      endpoint.region,
      endpoint.name,
      routeOf(endpoint, config, model?.request.ExecutionRoleArn, tags, replicasOf),
    );
  }

  /** Keeps the replicas of a deployment alive, and published if it serves; answers whether all of them answer. */
  async function keep(endpoint: Endpoint, id: string): Promise<boolean> {
    const deployment = await store.findDeployment(endpoint.arn, id);
    if (!deployment) throw new ReplicaFailed(`Could not find the deployment "${id}" of the endpoint.`);
    const rows = await wantReplicas(endpoint, deployment);
    // All of them settle before one that failed speaks: a replica that is being started while the others are ended would be left behind.
    const answers = await Promise.allSettled(
      rows.map(async (row) => {
        if (!connected.has(row.id)) await begin(endpoint, deployment, row);
        return reach(endpoint, row);
      }),
    );
    const failed = answers.find((answer) => answer.status === 'rejected');
    if (endpoint.servingDeployment === id) await publish(endpoint, deployment, rows);
    if (failed) throw failed.reason;
    return answers.every((answer) => answer.status === 'fulfilled' && answer.value);
  }

  async function endOthers(endpoint: Endpoint, keepDeployment: string | undefined): Promise<boolean> {
    const rows = (await store.listReplicas(endpoint.arn)).filter((row) => row.deployment !== keepDeployment);
    return (await Promise.all(rows.map((row) => forget(endpoint, row)))).every(Boolean);
  }

  async function deleteStep(endpoint: Endpoint): Promise<number | undefined> {
    routing.publish(endpoint.account, endpoint.region, endpoint.name, undefined);
    if (!(await endOthers(endpoint, undefined))) return lookAgainMs;
    await database.write([...store.remove(endpoint)]);
    return undefined;
  }

  async function deployStep(endpoint: Endpoint): Promise<number | undefined> {
    try {
      if (endpoint.servingDeployment) await keep(endpoint, endpoint.servingDeployment);
      if (!(await keep(endpoint, endpoint.deployment))) return lookAgainMs;
    } catch (error) {
      if (!(error instanceof ReplicaFailed)) throw error;
      await fail(endpoint, error.message);
      return undefined;
    }
    const served = { servingConfigName: endpoint.configName, servingDeployment: endpoint.deployment };
    await keep({ ...endpoint, ...served }, endpoint.deployment);
    await settle(endpoint, { ...served, status: 'InService', failureReason: undefined });
    return undefined;
  }

  /** A creation that fails ends Failed; an update that fails goes back to what served before. */
  async function fail(endpoint: Endpoint, reason: string): Promise<void> {
    await endOthers(endpoint, endpoint.servingDeployment);
    await settle(
      endpoint,
      endpoint.servingConfigName && endpoint.servingDeployment
        ? {
            status: 'InService',
            configName: endpoint.servingConfigName,
            deployment: endpoint.servingDeployment,
            failureReason: reason,
          }
        : { status: 'Failed', failureReason: reason },
    );
  }

  async function serveStep(endpoint: Endpoint): Promise<number | undefined> {
    const whole = await keep(endpoint, endpoint.deployment);
    const clean = await endOthers(endpoint, endpoint.deployment);
    for (const row of await store.listReplicas(endpoint.arn)) await shipReplicaLog(resources, endpoint, row, false);
    return whole && clean ? restMs : lookAgainMs;
  }

  async function step(arn: string): Promise<number | undefined> {
    const endpoint = await store.find(arn);
    if (!endpoint || endpoint.status === 'Failed') return undefined;
    if (endpoint.status === 'Deleting') return deleteStep(endpoint);
    return endpoint.status === 'InService' ? serveStep(endpoint) : deployStep(endpoint);
  }

  const reconciler = startReconciler({
    name: 'endpoints',
    list: () => store.listArns(),
    step,
    everyMs: 10_000,
    concurrency: 8,
    background: resources.background,
    clock,
    log,
  });
  return {
    wake: reconciler.wake,
    async stop() {
      await reconciler.stop();
      // The processes go on: the next start adopts them.
      for (const unwatch of watched.values()) unwatch();
      for (const replica of connected.values()) replica.close();
    },
  };
}

class ReplicaFailed extends Error {}

/** AWS's sentence (https://docs.aws.amazon.com/sagemaker/latest/dg/model-deploy-feature-matrix.html names it "did not pass the ping health check"), and why. */
const pingFailure = (row: ReplicaRow, reason: string) =>
  `The primary container for production variant ${row.variant} did not pass the ping health check. ` +
  `Please check CloudWatch logs for this endpoint. (${reason.slice(0, 800)})`;
