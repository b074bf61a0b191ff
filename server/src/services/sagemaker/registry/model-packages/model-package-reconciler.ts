/**
 * The check of a model package: its artifact is fetched, opened, loaded and asked for a prediction by a process of its own. Only then is the version
 * Completed; else it is Failed and says why.
 */
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AwsError } from '../../../../contract/aws-error.ts';
import { ArchiveRefused } from '../../../../engine/archive.ts';
import { type Reconciler, startReconciler } from '../../../../engine/reconcile.ts';
import { removeTree } from '../../../../engine/remove-tree.ts';
import { builtInRun, libraryMaking } from '../../jobs/built-in.ts';
import { fetchArtifact } from '../../shared/artifacts.ts';
import type { SageMakerResources } from '../../shared/deps.ts';
import { artifactUri } from './create-model-package.ts';
import { type ModelPackage, modelPackageEvent } from './model-package.ts';
import { modelPackageStore } from './model-package-store.ts';
import { prepareOldModel } from './old-model.ts';

/** A model that needs longer than this for one prediction is not fit to serve. */
const checkMs = 60_000;
const lookAgainMs = 1000;

/** What is served by XGBoost must be XGBoost's; of another image the model may be in any format that can be opened. */

export function startModelPackageReconciler(resources: SageMakerResources): Reconciler {
  const { database, outbox, clock, log, executor, settings } = resources;
  const store = modelPackageStore(database);
  const probesDir = join(settings.runsDir, 'probes');
  const dirOf = (version: ModelPackage) => join(probesDir, version.state.runId);
  const formatsOf = ({ request }: ModelPackage) => {
    const image = request.InferenceSpecification?.Containers?.[0]?.Image ?? '';
    return resources.images.find(image, 'serving')?.kind === 'builtin' ? 'xgboost' : 'any';
  };
  const watched = new Map<string, { dir: string; unwatch: () => void }>();

  async function change(version: ModelPackage, to: Partial<ModelPackage>): Promise<void> {
    const next = { ...version, ...to, modifiedAt: clock.now() };
    await outbox.write([store.update(next)], modelPackageEvent(next));
  }

  async function end(version: ModelPackage, failureReason?: string): Promise<undefined> {
    const state = failureReason ? { ...version.state, failureReason: failureReason.slice(0, 1024) } : version.state;
    await change(version, { status: failureReason ? 'Failed' : 'Completed', state });
    watched.get(version.arn)?.unwatch();
    watched.delete(version.arn);
    await removeTree(dirOf(version));
  }

  /** The version was deleted during its check: the check ends, too. */
  async function abandon(arn: string, dir: string): Promise<number> {
    if ((await executor.status(dir)).state === 'running') {
      await executor.signal(dir, 'SIGKILL');
      return lookAgainMs;
    }
    watched.get(arn)?.unwatch();
    watched.delete(arn);
    await removeTree(dir);
    return 0;
  }

  /** Folders of checks whose versions ended or were deleted just before a kill. */
  async function sweep(): Promise<void> {
    const arns = await store.listUnchecked();
    const used = new Set(
      (await Promise.all(arns.map((arn) => store.find(arn)))).map((version) => version?.state.runId),
    );
    for (const name of await readdir(probesDir).catch(() => [])) {
      if (!used.has(name)) await removeTree(join(probesDir, name));
    }
  }

  let isLibraryThere = false;
  /** A sandboxed program cannot fetch it. Returns why it is not available. */
  async function fetchLibrary(): Promise<string | undefined> {
    if (isLibraryThere) return undefined;
    const { command, env, cwd } = libraryMaking(settings);
    const [program, ...words] = command;
    try {
      await promisify(execFile)(program, words, { env, cwd });
      isLibraryThere = true;
      return undefined;
    } catch (error) {
      return (error as { stderr?: string }).stderr?.trim() || String(error);
    }
  }

  /** Starts the check; answers why it cannot. */
  async function begin(version: ModelPackage): Promise<string | undefined> {
    const dir = dirOf(version);
    const ml = join(dir, 'ml');
    await removeTree(ml);
    await mkdir(join(ml, 'model'), { recursive: true, mode: 0o700 });
    await mkdir(join(ml, 'output'), { recursive: true, mode: 0o700 });
    const uri = artifactUri(version.request) ?? '';
    try {
      const aws = resources.aws.asService(version.account, 'sagemaker.amazonaws.com', version.region);
      await fetchArtifact(aws, uri, join(ml, 'model'));
    } catch (error) {
      if (error instanceof AwsError) return `The artifact ${uri} could not be read: ${error.code}: ${error.message}`;
      if (error instanceof ArchiveRefused) return `The artifact ${uri} could not be opened: ${error.message}`;
      throw error;
    }
    const lack = await fetchLibrary();
    if (lack) return `The model could not be asked: ${lack}`;
    if (formatsOf(version) === 'xgboost') await prepareOldModel(settings, join(ml, 'model'));
    const alone = { network: 'none', hosts: {} } as const;
    const words = ['probe', '--algorithm', formatsOf(version)];
    await executor.start(builtInRun(settings, { name: 'probe', dir, ml }, words, { OMP_NUM_THREADS: '1' }, alone));
    return undefined;
  }

  async function step(arn: string): Promise<number | undefined> {
    const version = await store.find(arn);
    const check = watched.get(arn);
    // Its name may have been given to another version meanwhile.
    if (check && check.dir !== (version && dirOf(version))) return abandon(arn, check.dir);
    if (!version) return undefined;
    if (version.status !== 'Pending' && version.status !== 'InProgress') return undefined;
    if (version.status === 'Pending') {
      await change(version, { status: 'InProgress' });
      return 0;
    }
    const dir = dirOf(version);
    const status = await executor.status(dir);
    if (status.state === 'absent') {
      const refusal = await begin(version);
      if (refusal) return end(version, refusal);
    } else if (status.state === 'lost') {
      return end(version, 'The check vanished without a result: register the version again.');
    } else if (status.state === 'exited') {
      if (status.exitCode === 0) return end(version);
      const failure = await readFile(join(dir, 'ml', 'output', 'failure'), 'utf8').catch(() => '');
      return end(
        version,
        `The model could not be asked: ${failure.trim() || `the check ended with status ${status.exitCode}`}`,
      );
    } else if (clock.now().getTime() - status.startedAt.getTime() > checkMs) {
      await executor.signal(dir, 'SIGKILL');
    }
    if (!watched.has(arn)) watched.set(arn, { dir, unwatch: executor.onExit(dir, () => reconciler.wake(arn)) });
    return lookAgainMs;
  }

  let swept = false;
  const reconciler = startReconciler({
    name: 'model packages',
    async list() {
      if (!swept) await sweep();
      swept = true;
      return store.listUnchecked();
    },
    step,
    everyMs: 10_000,
    concurrency: 4,
    background: resources.background,
    clock,
    log,
  });
  return {
    wake: reconciler.wake,
    async stop() {
      await reconciler.stop();
      for (const { unwatch } of watched.values()) unwatch();
    },
  };
}
