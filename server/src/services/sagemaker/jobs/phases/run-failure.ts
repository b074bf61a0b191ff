/** Why a job's programs failed: the text for its owner, and whether the platform caused it. */
import type { Job } from '../job.ts';
import { writtenFailure } from '../runs/run-folders.ts';
import type { HostStatus, Standing } from '../runs/standing.ts';
import { fail, type Outcome, restart } from './phase.ts';
import type { PhaseContext } from './phase-context.ts';
import type { ProgramRun } from './program.ts';

export const vanished =
  'InternalServerError: the process vanished without a status (the machine was restarted, or its supervisor was killed). Please try again.';
/** A program that reads the channel cannot tell a cut stream from the end of the data, so its result cannot be trusted. */
const companionKilled =
  'InternalServerError: the process that feeds the channels of input mode Pipe was killed while the job ran, which may have read a part of its data only. Please try again.';

/** The exit code of a killed program: 128 + 9. */
const killed = 137;
/** SageMaker's text for an instance without enough memory: https://github.com/comic/grand-challenge.org waits for it, and others report it. */
const outOfMemory =
  'ClientError: Please use an instance type with more memory, or reduce the size of job data processed on an instance.';

const causedByPlatform = new Set([vanished, companionKilled]);

export function failOrRestart<Request>(
  job: Job<Request>,
  reason: string,
  { traits }: PhaseContext<Request>,
): Outcome<Request> {
  const mayRetry =
    causedByPlatform.has(reason) &&
    !job.state.stopRequestedAt &&
    (job.state.retries ?? 0) < (traits.limits.maxRetries?.(job) ?? 0);
  return mayRetry ? restart(job) : fail(job, reason);
}

/** The companion can report a failure before it ends, when the programs have already made do with a part of their data. */
export async function companionFailure<Request>(
  { companion }: Standing,
  run: ProgramRun<Request>,
  hosts: Parameters<NonNullable<ProgramRun<Request>['companionFailure']>>[0],
): Promise<string | undefined> {
  const reason = await run.companionFailure?.(hosts);
  return reason ?? (companion.state === 'exited' || companion.state === 'lost' ? companionKilled : undefined);
}

export async function programFailure<Request>(
  job: Job<Request>,
  { host, status }: HostStatus,
  run: ProgramRun<Request>,
  { logs, resources }: PhaseContext<Request>,
): Promise<string> {
  if (status.state !== 'exited') return vanished;
  const { group, stream } = logs.streamOf(job, host.name);
  return (
    (await writtenFailure(host)) ??
    (status.outOfMemory && status.exitCode === killed ? outOfMemory : undefined) ??
    (await run.failureReason?.(job, host, status.exitCode, resources)) ??
    `AlgorithmError: the process ended with exit code ${status.exitCode} and wrote no reason to /opt/ml/output/failure; see its log: ${group}, ${stream}`
  );
}
