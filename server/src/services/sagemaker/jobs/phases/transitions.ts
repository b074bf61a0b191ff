/** How a job leaves a phase: into the next one, to its end, or back to its start. */

import { jobRun } from '../../shared/runs.ts';
import { withoutHostPaths } from '../../shared/shown-paths.ts';
import { type Job, type JobState, type JobStatus, moved, type Phase } from '../job.ts';
import { keepLogOffsets } from '../job-store.ts';
import { newRunId } from '../run-id.ts';
import { removeRuns } from '../runs/run-folders.ts';
import { changeJob, type PhaseContext, serviceAccess } from './phase-context.ts';

export function enterPhase<Request>(
  job: Job<Request>,
  phase: Phase,
  state: Partial<JobState>,
  context: PhaseContext<Request>,
): Promise<Job<Request>> {
  const { status, message } = context.traits.describe.transition(phase, job);
  const transitions = moved(job.state.transitions, status, message, context.resources.clock.now().getTime());
  return changeJob(job, { phase }, { ...state, transitions }, context);
}

export async function endJob<Request>(
  job: Job<Request>,
  status: JobStatus,
  state: Partial<JobState>,
  context: PhaseContext<Request>,
): Promise<void> {
  const { resources, traits, runs } = context;
  const now = resources.clock.now().getTime();
  const last = { ...job, state: { ...job.state, ...state } };
  const transition = traits.describe.transition(status, last);
  const transitions = moved(job.state.transitions, transition.status, transition.message, now);
  const closed = transitions.map((entry) => ({ ...entry, endTime: entry.endTime ?? now }));
  await runs.finish(job);
  const kept = { ...(await traits.end?.keep?.(job, runs.hostsOf(job))), ...state, transitions: closed, endedAt: now };
  const ended = await changeJob(job, { status, phase: 'Ended' }, kept, context);
  runs.forget(job);
  context.volumes.forget(runs.hostsOf(job));
  context.queue.leave(job.arn);
  await traits.end
    ?.afterwards?.(ended, serviceAccess(job, context))
    .catch((error) => resources.log.warn('job reconciler: metrics not published', { job: job.name, error }));
  await removeRuns(runs.dirOf(job), resources.executor);
}

export const failJob = <Request>(job: Job<Request>, reason: string, context: PhaseContext<Request>): Promise<void> =>
  endJob(job, 'Failed', { failureReason: withoutHostPaths(reason, context.resources.settings) }, context);

/** Starts a job that the platform failed again, in a new folder. */
export async function restartJob<Request>(job: Job<Request>, context: PhaseContext<Request>): Promise<void> {
  const { resources, traits, store, runs } = context;
  await runs.finish(job);
  const { status, message } = traits.describe.transition('Restarting', job);
  const now = resources.clock.now();
  const state = {
    ...job.state,
    runId: newRunId(),
    retries: (job.state.retries ?? 0) + 1,
    transitions: moved(job.state.transitions, status, message, now.getTime()),
  };
  const next: Job<Request> = { ...job, phase: 'Starting', state, modifiedAt: now };
  await resources.outbox.write([store.update(next), keepLogOffsets(job.arn, {})], traits.describe.event(next));
  resources.running.end(jobRun(job));
  runs.forget(job);
  await removeRuns(runs.dirOf(job), resources.executor);
}
