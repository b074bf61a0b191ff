/** Downloading: a run of its own creates what the programs need (an environment, a library), then the inputs are downloaded with the role's rights. */
import { lastBytes } from '../../../../engine/file-tail.ts';
import { removeTree } from '../../../../engine/remove-tree.ts';
import { ensureLogStream } from '../../shared/log-shipper.ts';
import type { Job } from '../job.ts';
import { end, enter, fail, lookAgain, type Outcome, type PhaseFunction } from './phase.ts';
import { type PhaseContext, roleAccess, serviceAccess } from './phase-context.ts';
import type { ProgramPreparation } from './program.ts';
import { failOrRestart, vanished } from './run-failure.ts';
import { lookAgainMs } from './time-limits.ts';

export const downloading =
  <Request>(prepare: ProgramPreparation<Request>): PhaseFunction<Request> =>
  async (job, context) => {
    const { runs, store, interrupts, logs } = context;
    if (job.state.stopRequestedAt) {
      await runs.signal(job, 'SIGKILL');
      return end(job, 'Stopped');
    }
    const unfinished = await setUp(job, prepare, context);
    if (unfinished) return unfinished;
    for (const host of runs.hostsOf(job)) {
      await removeTree(host.ml);
      await ensureLogStream(serviceAccess(job, context), logs.streamOf(job, host.name));
    }
    const aws = await roleAccess(job, context);
    const endsAt = (now: Job<Request>) => now.state.stopRequestedAt ?? Number.POSITIVE_INFINITY;
    await interrupts.run({ arn: job.arn, stopping: context.stopping, endsAt }, (signal) =>
      prepare.download(job, runs.hostsOf(job), aws, context.resources, signal),
    );
    const prepared = (await store.find(job.arn)) ?? job;
    return prepared.state.stopRequestedAt ? end(prepared, 'Stopped') : enter(prepared, 'Running');
  };

/** The set-up run's outcome as long as the download must wait for it or cannot follow it. */
async function setUp<Request>(
  job: Job<Request>,
  prepare: ProgramPreparation<Request>,
  context: PhaseContext<Request>,
): Promise<Outcome<Request> | undefined> {
  const { runs, logs, resources } = context;
  const status = await runs.setUp(job, prepare, () => context.wake(job.arn));
  const [first] = runs.hostsOf(job);
  if (!status || !first) return undefined;
  const to = logs.streamOf(job, first.name);
  await ensureLogStream(serviceAccess(job, context), to);
  const hasEnded = status.state === 'exited' || status.state === 'lost';
  const run = { host: first.name, name: 'making', dir: runs.setUpDir(job), hasEnded };
  const { more, job: current } = await logs.ship(job, run);
  if (!hasEnded) return lookAgain(lookAgainMs);
  if (more) return lookAgain(0);
  if (status.state === 'lost') return failOrRestart(current, vanished, context);
  if (status.exitCode === 0) return undefined;
  const last = (await lastBytes(resources.executor.logFile(run.dir), 700)).trim();
  const reason = `ClientError: The job's environment could not be set up; see its log: ${to.group}, ${to.stream}. It ends with: ${last}`;
  return fail(current, reason.slice(0, 1024));
}
