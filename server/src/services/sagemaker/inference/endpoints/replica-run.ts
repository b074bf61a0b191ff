/**
 * One replica: the process of a model and its folder. The folder is below the platform's data; the socket is in a short path of its own, because
 * the name of a Unix socket has at most 108 bytes (https://man7.org/linux/man-pages/man7/unix.7.html).
 */
import { mkdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AwsAccess } from '../../../../contract/aws.ts';
import { randomHex } from '../../../../kit/ids.ts';
import type { Replica } from '../../../../serving/replica.ts';
import { connectReplica } from '../../../../serving/socket-replica.ts';
import { fetchArtifact } from '../../shared/artifacts.ts';
import type { SageMakerResources } from '../../shared/deps.ts';
import { roleFor } from '../../shared/execution-role.ts';
import { replicaRun } from '../../shared/runs.ts';
import { withoutHostPaths } from '../../shared/shown-paths.ts';
import type { DeployedModel } from './deployment.ts';
import type { ReplicaRow } from './endpoint-store.ts';

/** 16 hexadecimal digits: short enough for a socket's name. */
export const newReplicaId = () => randomHex(8);

const runDir = (resources: SageMakerResources, id: string) => join(resources.settings.runsDir, 'replicas', id);
const socketDir = (id: string) => join(tmpdir(), `clary-${id}`);
const socketPath = (id: string) => join(socketDir(id), 'model.sock');

export const replicaLog = (resources: SageMakerResources, id: string) =>
  resources.executor.logFile(runDir(resources, id));

/** Downloads the artifact with the model's role and starts the process. Idempotent: a run that began is left alone. */
export async function startReplica(
  resources: SageMakerResources,
  row: ReplicaRow,
  model: DeployedModel,
): Promise<void> {
  const dir = runDir(resources, row.id);
  if ((await resources.executor.status(dir)).state !== 'absent') return;
  const ml = join(dir, 'ml');
  await rm(ml, { recursive: true, force: true });
  await mkdir(join(ml, 'model'), { recursive: true, mode: 0o700 });
  await mkdir(join(ml, 'output'), { recursive: true, mode: 0o700 });
  await mkdir(socketDir(row.id), { recursive: true, mode: 0o700 });
  const { served } = model.request;
  await fetchArtifact(await awsOfModel(resources.aws, model), served.modelDataUrl, join(ml, 'model'));
  const { nodePath, runtimeMain, runtimeEnvironment } = resources.settings;
  const roleArn = model.request.ExecutionRoleArn;
  const identity =
    roleArn && !model.request.EnableNetworkIsolation
      ? await resources.roleEnvironment({
          ...roleFor(model.arn, roleArn),
          region: model.region,
          run: replicaRun(row.id),
        })
      : {};
  await resources.executor.start({
    kind: 'process',
    dir,
    command: [nodePath, runtimeMain, 'serve', '--ml-dir', ml, '--socket', socketPath(row.id)],
    // One model answers one request at a time: more threads would only compete for the cores.
    env: { ...runtimeEnvironment, ...identity, OMP_NUM_THREADS: '1', ...served.environment },
    cwd: dir,
  });
}

function awsOfModel(aws: AwsAccess, model: DeployedModel) {
  const role = model.request.ExecutionRoleArn;
  if (role) return aws.asRole(roleFor(model.arn, role));
  return aws.asService(model.account, 'sagemaker.amazonaws.com', model.region);
}

export type ReplicaHealth =
  | { readonly state: 'ready'; readonly replica: Replica }
  | { readonly state: 'starting' }
  | { readonly state: 'gone'; readonly reason: string };

/** Connects to the process if it listens; `onClose` is called when the connection of a ready replica ends. */
export async function reachReplica(
  resources: SageMakerResources,
  id: string,
  onClose: () => void,
): Promise<ReplicaHealth> {
  const dir = runDir(resources, id);
  const status = await resources.executor.status(dir);
  if (status.state === 'running') {
    const replica = await connectReplica(id, socketPath(id), onClose).catch(() => undefined);
    return replica ? { state: 'ready', replica } : { state: 'starting' };
  }
  if (status.state === 'absent') return { state: 'gone', reason: 'the process was never started' };
  const failure = await readFile(join(dir, 'ml', 'output', 'failure'), 'utf8').catch(() => '');
  const how = status.state === 'exited' ? `the process ended with status ${status.exitCode}` : 'the process vanished';
  return { state: 'gone', reason: withoutHostPaths(failure.trim(), resources.settings) || how };
}

/** Calls the listener when the replica's process ends. */
export const watchReplica = (resources: SageMakerResources, id: string, listener: () => void) =>
  resources.executor.onExit(runDir(resources, id), listener);

/** Signals the process, which still answers the requests that it has read, and removes its folder after its end. */
export async function endReplica(
  resources: SageMakerResources,
  id: string,
  signal: 'SIGTERM' | 'SIGKILL',
): Promise<'ended' | 'ending'> {
  const dir = runDir(resources, id);
  if ((await resources.executor.status(dir)).state === 'running') {
    await resources.executor.signal(dir, signal);
    if ((await resources.executor.status(dir)).state === 'running') return 'ending';
  }
  await resources.executor.remove(dir);
  await rm(socketDir(id), { recursive: true, force: true });
  return 'ended';
}
