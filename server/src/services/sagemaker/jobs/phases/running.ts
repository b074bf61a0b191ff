/** Running: starts one run for each instance, ships their logs and watches their disks and times until all of them have ended. */
import type { Job } from '../job.ts';
import type { Standing } from '../runs/standing.ts';
import { end, enter, fail, lookAgain, type Outcome, type PhaseFunction } from './phase.ts';
import { changeJob, type PhaseContext, roleAccess } from './phase-context.ts';
import type { Program } from './program.ts';
import { companionFailure, failOrRestart, programFailure } from './run-failure.ts';
import { enforceTimeLimits, lookAgainMs } from './time-limits.ts';
import { salvage } from './upload.ts';

export const running =
  <Request>(program: Program<Request>): PhaseFunction<Request> =>
  async (job, context) => {
    const { runs, queue } = context;
    const found = await runs.look(job);
    const isAbsent = found.all.every(({ status }) => status.state === 'absent');
    if (isAbsent && job.state.stopRequestedAt) return end(job, 'Stopped');
    await runs.start(job, found, program.run, () => context.wake(job.arn));
    const { job: shipped, more } = await shipLogs(job, found, program, context);
    const current = await watchVolumes(shipped, found, context);
    if (found.ended) {
      // The upload needs none of the job's cores and memory.
      queue.leave(job.arn);
      return afterPrograms(current, found, more, program, context);
    }
    if (current.state.overflow) await runs.signal(current, 'SIGKILL');
    else {
      program.run.whileRunning?.(current, runs.hostsOf(job), () => roleAccess(job, context));
      await enforceTimeLimits(current, found, context);
    }
    return lookAgain(lookAgainMs);
  };

async function shipLogs<Request>(
  job: Job<Request>,
  { all }: Standing,
  { run: { readLog } }: Program<Request>,
  { logs }: PhaseContext<Request>,
): Promise<{ readonly job: Job<Request>; readonly more: boolean }> {
  let current = job;
  let hasMore = false;
  for (const { host, status } of all) {
    const hasEnded = status.state === 'exited' || status.state === 'lost';
    const shipped = await logs.ship(current, { host: host.name, name: host.name, dir: host.dir, hasEnded }, readLog);
    current = shipped.job;
    hasMore ||= shipped.more;
  }
  return { job: current, more: hasMore };
}

async function watchVolumes<Request>(
  job: Job<Request>,
  found: Standing,
  context: PhaseContext<Request>,
): Promise<Job<Request>> {
  const { runs, volumes, traits } = context;
  if (job.state.overflow) return job;
  const overflow = await volumes.overflow(runs.hostsOf(job), traits.limits.volumeGiB(job), found.ended);
  return overflow ? changeJob(job, {}, { overflow }, context) : job;
}

async function afterPrograms<Request>(
  job: Job<Request>,
  found: Standing,
  moreLog: boolean,
  program: Program<Request>,
  context: PhaseContext<Request>,
): Promise<Outcome<Request>> {
  const { failed } = found;
  if (job.state.overflow) {
    await salvage(job, program.finish, context);
    return fail(job, job.state.overflow);
  }
  if (moreLog) return lookAgain(0);
  const companionReason = await companionFailure(found, program.run, context.runs.hostsOf(job));
  if (companionReason) {
    await salvage(job, program.finish, context);
    return failOrRestart(job, companionReason, context);
  }
  if (!failed || (job.state.stopRequestedAt && failed.status.state === 'exited')) return enter(job, 'Uploading');
  await salvage(job, program.finish, context);
  return failOrRestart(job, await programFailure(job, failed, program.run, context), context);
}
