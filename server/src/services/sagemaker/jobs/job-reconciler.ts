/** Drives the jobs of one kind from their row to their end: looks up the function of the job's phase, and carries its outcome into the row. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Reconciler, startReconciler } from '../../../engine/reconcile.ts';
import type { SageMakerResources } from '../shared/deps.ts';
import { type Job, JobFailed } from './job.ts';
import type { JobDefinition } from './job-definition.ts';
import type { JobQueue } from './job-queue.ts';
import { fail, type Outcome, type PhaseTable } from './phases/phase.ts';
import { type KindContext, kindContext, type PhaseContext } from './phases/phase-context.ts';
import { endJob, enterPhase, failJob, restartJob } from './phases/transitions.ts';
import { removeRuns } from './runs/run-folders.ts';

export function startJobReconciler<Request>(
  resources: SageMakerResources,
  definition: JobDefinition<Request>,
  queue: Promise<JobQueue>,
): Reconciler {
  const kind = kindContext(resources, definition);
  let isSwept = false;
  const reconciler = startReconciler({
    name: `${definition.kind} jobs`,
    async list() {
      if (!isSwept) await removeAbandoned(kind);
      isSwept = true;
      return (await kind.store.listUnended()).map((job) => job.arn);
    },
    async step(arn, stopping) {
      const job = await kind.store.find(arn);
      const context = { ...kind, queue: await queue, stopping, wake: reconciler.wake };
      return job && advance(job, definition.phases, context);
    },
    everyMs: 10_000,
    concurrency: 32,
    background: resources.background,
    clock: resources.clock,
    log: resources.log,
  });
  return {
    wake(arn) {
      if (arn) kind.interrupts.look(arn);
      reconciler.wake(arn);
    },
    async stop() {
      await reconciler.stop();
      kind.runs.stop();
      await definition.stop?.();
    },
  };
}

/** Moves the job through as many phases as it can pass now. Returns after how many ms to look again; undefined: when the job is woken. */
async function advance<Request>(
  job: Job<Request>,
  phases: PhaseTable<Request>,
  context: PhaseContext<Request>,
): Promise<number | undefined> {
  for (let current = job; current.phase !== 'Ended'; ) {
    const outcome = await runPhase(current, phases[current.phase], context);
    switch (outcome.next) {
      case 'look again':
        return outcome.afterMs;
      case 'enter':
        current = await enterPhase(outcome.job, outcome.phase, outcome.state, context);
        continue;
      case 'end':
        await endJob(outcome.job, outcome.status, outcome.state, context);
        return undefined;
      case 'fail':
        await failJob(outcome.job, outcome.reason, context);
        return undefined;
      case 'restart':
        await restartJob(outcome.job, context);
        return 0;
    }
  }
  return undefined;
}

async function runPhase<Request>(
  job: Job<Request>,
  phase: PhaseTable<Request>[keyof PhaseTable<Request>],
  context: PhaseContext<Request>,
): Promise<Outcome<Request>> {
  try {
    return await phase(job, context);
  } catch (error) {
    if (!(error instanceof JobFailed)) throw error;
    return fail((await context.store.find(job.arn)) ?? job, error.message);
  }
}

/** Folders of jobs that ended just before the server was killed. */
async function removeAbandoned<Request>({ store, kindDir, resources }: KindContext<Request>): Promise<void> {
  const used = new Set((await store.listUnended()).map((job) => job.runId));
  for (const name of await readdir(kindDir).catch(() => [])) {
    if (!used.has(name)) await removeRuns(join(kindDir, name), resources.executor);
  }
}
