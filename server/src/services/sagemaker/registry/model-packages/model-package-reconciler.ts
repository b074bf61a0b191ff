/**
 * The check of a model package: a process of its own downloads the artifact, unpacks it, loads the model and requests a prediction. The version becomes
 * Completed if that succeeds, otherwise Failed with the reason.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunStatus } from '../../../../engine/executor.ts';
import { type Reconciler, startReconciler } from '../../../../engine/reconcile.ts';
import { removeTree } from '../../../../engine/remove-tree.ts';
import type { SageMakerResources } from '../../shared/deps.ts';
import { type ModelPackage, modelPackageEvent } from './model-package.ts';
import { modelPackageStore } from './model-package-store.ts';
import { checkLibrary, type Library, startCheck } from './start-check.ts';

/** A model that needs longer than this for one prediction is not fit to serve. */
const checkMs = 60_000;
const lookAgainMs = 1000;

interface CheckContext {
  readonly resources: SageMakerResources;
  readonly store: ReturnType<typeof modelPackageStore>;
  readonly library: Library;
  /** The folders of all checks. */
  readonly checksDir: string;
  /** By the version's ARN. */
  readonly watched: Map<string, { readonly dir: string; readonly unwatch: () => void }>;
  wake(arn: string): void;
}

export function startModelPackageReconciler(resources: SageMakerResources): Reconciler {
  const context: CheckContext = {
    resources,
    store: modelPackageStore(resources.database),
    library: checkLibrary(resources.settings),
    checksDir: join(resources.settings.runsDir, 'probes'),
    watched: new Map(),
    wake: (arn) => reconciler.wake(arn),
  };
  let isSwept = false;
  const reconciler = startReconciler({
    name: 'model packages',
    async list() {
      if (!isSwept) await removeAbandoned(context);
      isSwept = true;
      return context.store.listUnchecked();
    },
    step: (arn) => step(arn, context),
    everyMs: 10_000,
    concurrency: 4,
    background: resources.background,
    clock: resources.clock,
    log: resources.log,
  });
  return {
    wake: reconciler.wake,
    async stop() {
      await reconciler.stop();
      for (const { unwatch } of context.watched.values()) unwatch();
    },
  };
}

const dirOf = (version: ModelPackage, { checksDir }: CheckContext) => join(checksDir, version.state.runId);

async function step(arn: string, context: CheckContext): Promise<number | undefined> {
  const { store, watched } = context;
  const version = await store.find(arn);
  const check = watched.get(arn);
  // The name may belong to another version by now.
  if (check && check.dir !== (version && dirOf(version, context))) return abandon(arn, check.dir, context);
  if (version?.status === 'Pending') {
    await change(version, { status: 'InProgress' }, context);
    return 0;
  }
  return version?.status === 'InProgress' ? watchCheck(version, context) : undefined;
}

async function watchCheck(version: ModelPackage, context: CheckContext): Promise<number | undefined> {
  const { resources, watched } = context;
  const { executor, clock } = resources;
  const dir = dirOf(version, context);
  const status = await executor.status(dir);
  if (status.state === 'absent') {
    const refusal = await startCheck(version, dir, context.library, resources);
    if (refusal) return end(version, refusal, context);
  }
  if (status.state === 'lost' || status.state === 'exited') return end(version, await failureOf(dir, status), context);
  if (status.state === 'running' && clock.now().getTime() - status.startedAt.getTime() > checkMs)
    await executor.signal(dir, 'SIGKILL');
  if (!watched.has(version.arn)) {
    const unwatch = executor.onExit(dir, () => context.wake(version.arn));
    watched.set(version.arn, { dir, unwatch });
  }
  return lookAgainMs;
}

/** Undefined if the check succeeded. */
async function failureOf(
  dir: string,
  status: Extract<RunStatus, { state: 'exited' | 'lost' }>,
): Promise<string | undefined> {
  if (status.state === 'lost') return 'The check vanished without a result: register the version again.';
  if (status.exitCode === 0) return undefined;
  const failure = await readFile(join(dir, 'ml', 'output', 'failure'), 'utf8').catch(() => '');
  return `The model could not be asked: ${failure.trim() || `the check ended with status ${status.exitCode}`}`;
}

async function change(version: ModelPackage, to: Partial<ModelPackage>, { resources, store }: CheckContext) {
  const next = { ...version, ...to, modifiedAt: resources.clock.now() };
  await resources.outbox.write([store.update(next)], modelPackageEvent(next));
}

async function end(
  version: ModelPackage,
  failureReason: string | undefined,
  context: CheckContext,
): Promise<undefined> {
  const state = failureReason ? { ...version.state, failureReason: failureReason.slice(0, 1024) } : version.state;
  await change(version, { status: failureReason ? 'Failed' : 'Completed', state }, context);
  await removeCheck(version.arn, dirOf(version, context), context);
}

/** The version was deleted during its check: ends the check. */
async function abandon(arn: string, dir: string, context: CheckContext): Promise<number> {
  const { executor } = context.resources;
  if ((await executor.status(dir)).state === 'running') {
    await executor.signal(dir, 'SIGKILL');
    return lookAgainMs;
  }
  await removeCheck(arn, dir, context);
  return 0;
}

async function removeCheck(arn: string, dir: string, { watched }: CheckContext): Promise<void> {
  watched.get(arn)?.unwatch();
  watched.delete(arn);
  await removeTree(dir);
}

/** Removes folders of checks whose versions ended or were deleted just before the server was killed. */
async function removeAbandoned({ store, checksDir }: CheckContext): Promise<void> {
  const arns = await store.listUnchecked();
  const used = new Set((await Promise.all(arns.map((arn) => store.find(arn)))).map((version) => version?.state.runId));
  for (const name of await readdir(checksDir).catch(() => [])) {
    if (!used.has(name)) await removeTree(join(checksDir, name));
  }
}
