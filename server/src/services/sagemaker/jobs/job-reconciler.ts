/**
 * Drives jobs from their row to their end. Each phase can be repeated, so a kill at any instant costs a repetition at most; the processes themselves
 * are started once per folder. What differs between kinds of job is handed in (job-work.ts).
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Aws } from '../../../contract/aws.ts';
import { AwsError } from '../../../contract/aws-error.ts';
import { lastBytes } from '../../../engine/file-tail.ts';
import { type Reconciler, startReconciler } from '../../../engine/reconcile.ts';
import { removeTree } from '../../../engine/remove-tree.ts';
import type { SageMakerResources } from '../shared/deps.ts';
import { roleFor } from '../shared/execution-role.ts';
import { ensureLogStream } from '../shared/log-shipper.ts';
import { jobRun } from '../shared/runs.ts';
import { withoutHostPaths } from '../shared/shown-paths.ts';
import { interruptions } from './interruptions.ts';
import { type Job, JobFailed, type JobStatus, moved, type Phase, pendingMs } from './job.ts';
import { jobLogs } from './job-logs.ts';
import { type JobQueue, queuedJob } from './job-queue.ts';
import { type HostStatus, jobRuns, removeRuns, type Standing, writtenFailure } from './job-runs.ts';
import { jobStore, keepLogOffsets } from './job-store.ts';
import type { JobWork } from './job-work.ts';
import { newRunId } from './run-id.ts';
import { uploadEndsAt } from './upload-limit.ts';
import { volumeWatch } from './volume.ts';

/** SageMaker sends SIGTERM, waits this long, then kills: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopTrainingJob.html */
const graceMs = 120_000;
const logEveryMs = 250;

const vanished =
  'InternalServerError: the process vanished without a status (the machine was restarted, or its supervisor was killed). Please try again.';

/** Of a kill: 128 + 9. */
const killed = 137;
/** SageMaker’s own words where an instance’s memory did not do: https://github.com/comic/grand-challenge.org waits for them, and others report them. */
const outOfMemory =
  'ClientError: Please use an instance type with more memory, or reduce the size of job data processed on an instance.';
/** Its readers cannot tell the end of a stream that was cut from the end of the data, so that no word of theirs counts. */
const unfed =
  'InternalServerError: the process that feeds the channels of input mode Pipe was killed while the job ran, which may have read a part of its data only. Please try again.';

export function startJobReconciler<Request>(
  resources: SageMakerResources,
  work: JobWork<Request>,
  queueing: Promise<JobQueue>,
): Reconciler {
  const { database, outbox, clock, log, settings } = resources;
  const store = jobStore<Request>(database, work.kind);
  const kindDir = join(settings.runsDir, work.kind);
  const runs = jobRuns(resources, work, kindDir);
  const volumes = volumeWatch(resources.executor, () => performance.now());
  const logs = jobLogs(resources, work);
  const interrupts = interruptions(store.find, clock);
  const bornAt = clock.now().getTime();

  const service = (job: Job<Request>) => resources.aws.asService(job.account, 'sagemaker.amazonaws.com', job.region);
  const role = async (job: Job<Request>): Promise<Aws> => {
    try {
      return await resources.aws.asRole(roleFor(job.arn, work.roleArn(job)));
    } catch (error) {
      if (error instanceof AwsError) throw new JobFailed(`ClientError: ${error.message}`);
      throw error;
    }
  };

  async function change(
    job: Job<Request>,
    to: Partial<Job<Request>>,
    state: Partial<Job['state']> = {},
  ): Promise<Job<Request>> {
    const next = { ...job, ...to, state: { ...job.state, ...state }, modifiedAt: clock.now() };
    const tells = to.phase !== undefined || to.status !== undefined;
    await outbox.write([store.update(next)], ...(tells ? [work.event(next)] : []));
    if (next.phase !== 'Running') resources.running.end(jobRun(job));
    return { ...next, revision: job.revision + 1 };
  }

  function enter(job: Job<Request>, phase: Phase, state: Partial<Job['state']> = {}): Promise<Job<Request>> {
    const { status, message } = work.transition(phase, job);
    const transitions = moved(job.state.transitions, status, message, clock.now().getTime());
    return change(job, { phase }, { ...state, transitions });
  }

  async function end(job: Job<Request>, status: JobStatus, state: Partial<Job['state']> = {}): Promise<undefined> {
    const last = { ...job, state: { ...job.state, ...state } };
    const now = clock.now().getTime();
    const transition = work.transition(status, last);
    const transitions = moved(job.state.transitions, transition.status, transition.message, now);
    const done = transitions.map((entry) => ({ ...entry, endTime: entry.endTime ?? now }));
    await runs.finish(job);
    const left = await work.left?.(job, runs.hostsOf(job));
    const kept = { ...left, ...state, transitions: done, endedAt: now };
    const ended = await change(job, { status, phase: 'Ended' }, kept);
    runs.forget(job);
    volumes.forget(runs.hostsOf(job));
    (await queueing).leave(job.arn);
    await work
      .afterwards(ended, service(job))
      .catch((error) => log.warn('job reconciler: metrics not published', { job: job.name, error }));
    await removeRuns(runs.dirOf(job), resources.executor);
  }

  const fail = (job: Job<Request>, reason: string) =>
    end(job, 'Failed', { failureReason: withoutHostPaths(reason, settings) });

  /** The platform failed the job: it begins again in a folder of its own, where it may. */
  async function restart(job: Job<Request>): Promise<number> {
    await runs.finish(job);
    const { status, message } = work.transition('Restarting', job);
    const now = clock.now();
    const state = {
      ...job.state,
      runId: newRunId(),
      retries: (job.state.retries ?? 0) + 1,
      transitions: moved(job.state.transitions, status, message, now.getTime()),
    };
    const next: Job<Request> = { ...job, phase: 'Starting', state, modifiedAt: now };
    await outbox.write([store.update(next), keepLogOffsets(job.arn, {})], work.event(next));
    resources.running.end(jobRun(job));
    runs.forget(job);
    await removeRuns(runs.dirOf(job), resources.executor);
    return 0;
  }

  const overdue = (job: Job<Request>) =>
    clock.now().getTime() - job.createdAt.getTime() > (work.maxWaitMs?.(job) ?? Number.POSITIVE_INFINITY);

  async function startPhase(job: Job<Request>, stopping: AbortSignal): Promise<number | undefined> {
    if (job.state.stopRequestedAt) return end(job, 'Stopped');
    if (overdue(job)) return end(job, 'Stopped', { stopCause: 'wait limit' });
    const now = clock.now().getTime();
    const { transitions } = job.state;
    const pendingLeftMs = (work.maxPendingMs?.(job) ?? Number.POSITIVE_INFINITY) - pendingMs(transitions, now);
    if (pendingLeftMs <= 0) return end(job, 'Stopped', { stopCause: 'pending limit' });
    const queue = await queueing;
    if (queue.enter(queuedJob(job, work), () => reconciler.wake(job.arn))) {
      const startedAt = job.state.startedAt ?? now;
      return step(await enter(job, 'Downloading', { startedAt }), stopping);
    }
    if (transitions.at(-1)?.status !== 'Pending') {
      const message = `The job waits for its place: ${queue.reasonFor(job.arn)}.`;
      await change(job, {}, { transitions: moved(transitions, 'Pending', message, now) });
    }
    const waitLeftMs = job.createdAt.getTime() + (work.maxWaitMs?.(job) ?? Number.POSITIVE_INFINITY) - now;
    const leftMs = Math.min(pendingLeftMs, waitLeftMs);
    return leftMs === Number.POSITIVE_INFINITY ? undefined : leftMs + 1;
  }

  async function downloadPhase(job: Job<Request>, stopping: AbortSignal): Promise<number | undefined> {
    const making = job.state.stopRequestedAt ? undefined : await runs.make(job, () => reconciler.wake(job.arn));
    if (job.state.stopRequestedAt) {
      await runs.signal(job, 'SIGKILL');
      return end(job, 'Stopped');
    }
    const [first] = runs.hostsOf(job);
    if (making && first) {
      await ensureLogStream(service(job), logs.streamOf(job, first.name));
      const ended = making.state === 'exited' || making.state === 'lost';
      const { more, job: current } = await logs.ship(job, first.name, 'making', runs.makingDir(job), ended);
      if (!ended) return logEveryMs;
      if (more) return 0;
      if (making.state === 'lost') return failOrRestart(current, vanished);
      if (making.state === 'exited' && making.exitCode !== 0) {
        const { group, stream } = logs.streamOf(job, first.name);
        const why = (await lastBytes(resources.executor.logFile(runs.makingDir(job)), 700)).trim();
        return fail(
          current,
          `ClientError: what the job needs could not be made ready; see its log: ${group}, ${stream}. It ends with: ${why}`.slice(
            0,
            1024,
          ),
        );
      }
    }
    for (const host of runs.hostsOf(job)) {
      await removeTree(host.ml);
      await ensureLogStream(service(job), logs.streamOf(job, host.name));
    }
    const aws = await role(job);
    const untilAsked = (now: Job<Request>) => now.state.stopRequestedAt ?? Number.POSITIVE_INFINITY;
    await interrupts.run({ arn: job.arn, stopping, endsAt: untilAsked }, (signal) =>
      work.prepare(job, runs.hostsOf(job), aws, resources, signal),
    );
    const prepared = (await store.find(job.arn)) ?? job;
    if (prepared.state.stopRequestedAt) return end(prepared, 'Stopped');
    return step(await enter(prepared, 'Running'), stopping);
  }

  async function runPhase(job: Job<Request>, stopping: AbortSignal): Promise<number | undefined> {
    const found = await runs.look(job);
    const begun = found.all.every(({ status }) => status.state !== 'absent');
    if (!begun && job.state.stopRequestedAt && found.all.every(({ status }) => status.state === 'absent'))
      return end(job, 'Stopped');
    await runs.start(job, found, () => reconciler.wake(job.arn));
    let current = job;
    let printsMore = false;
    for (const { host, status } of found.all) {
      const ended = status.state === 'exited' || status.state === 'lost';
      const { more, job: next } = await logs.ship(current, host.name, host.name, host.dir, ended);
      current = next;
      printsMore ||= more;
    }
    if (!current.state.overflow) {
      const overflow = await volumes.overflow(runs.hostsOf(job), work.volumeGiB(job), found.ended);
      if (overflow) current = await change(current, {}, { overflow });
    }
    if (!found.ended) {
      if (current.state.overflow) {
        await runs.signal(current, 'SIGKILL');
        return logEveryMs;
      }
      work.tend?.(current, runs.hostsOf(job), () => role(job));
      return limits(current, found);
    }
    // What is left to do takes none of the cores and the memory.
    (await queueing).leave(job.arn);
    if (current.state.overflow) {
      await salvage(current, stopping);
      return fail(current, current.state.overflow);
    }
    if (printsMore) return 0;
    // It may have said what is wrong and not have ended yet, while the programs made do with half of their data.
    const fault = await work.explainCompanion?.(runs.hostsOf(job));
    if (fault || companionEnded(found)) {
      await salvage(current, stopping);
      return failOrRestart(current, fault ?? unfed);
    }
    if (!found.failed || (current.state.stopRequestedAt && found.failed.status.state === 'exited'))
      return step(await enter(current, 'Uploading'), stopping);
    await salvage(current, stopping);
    return failOrRestart(current, await reasonOf(current, found.failed));
  }

  const companionEnded = ({ companion }: Standing) => companion.state === 'exited' || companion.state === 'lost';

  /** Lets `act` carry the job's results away as long as it may take. Answers undefined where that was too long. */
  function carry<Result>(
    job: Job<Request>,
    stopping: AbortSignal,
    act: (signal: AbortSignal, aws: Aws) => Promise<Result>,
  ) {
    const { status } = work.transition('Uploading', job);
    const entered = job.state.transitions.findLast((transition) => transition.status === status)?.startTime;
    const enteredAt = entered ?? clock.now().getTime();
    const endsAt = (now: Job<Request>) => uploadEndsAt(now, enteredAt, bornAt, work.maxRuntimeMs(job));
    return interrupts.run({ arn: job.arn, stopping, endsAt }, async (signal) => act(signal, await role(job)));
  }

  async function salvage(job: Job<Request>, stopping: AbortSignal): Promise<void> {
    try {
      const kept = await carry(job, stopping, async (signal, aws) =>
        work.salvage?.(job, runs.hostsOf(job), aws, signal),
      );
      if (!kept) log.warn('job reconciler: upload of outputs of a failed job timed out', { job: job.name });
    } catch (error) {
      // The next server keeps it.
      if (stopping.aborted) throw error;
      log.warn('job reconciler: upload of outputs of a failed job failed', { job: job.name, error });
    }
  }

  function failOrRestart(job: Job<Request>, reason: string): Promise<number | undefined> {
    const isOurs = reason === vanished || reason === unfed;
    const mayRetry = isOurs && !job.state.stopRequestedAt && (job.state.retries ?? 0) < (work.maxRetries?.(job) ?? 0);
    return mayRetry ? restart(job) : fail(job, reason);
  }

  async function reasonOf(job: Job<Request>, { host, status }: HostStatus): Promise<string> {
    if (status.state !== 'exited') return vanished;
    const { group, stream } = logs.streamOf(job, host.name);
    return (
      (await writtenFailure(host)) ??
      (status.outOfMemory && status.exitCode === killed ? outOfMemory : undefined) ??
      (await work.explain?.(job, host, status.exitCode, resources)) ??
      `AlgorithmError: the process ended with exit code ${status.exitCode} and wrote no reason to /opt/ml/output/failure; see its log: ${group}, ${stream}`
    );
  }

  /** Asks a job that runs too long, that was stopped, or of which an instance failed, to end; kills it after the time of grace. */
  async function limits(job: Job<Request>, found: Standing): Promise<number | undefined> {
    const { failed } = found;
    const now = clock.now().getTime();
    const { stopRequestedAt, startedAt = now } = job.state;
    const failedAt = failed?.status.state === 'exited' ? failed.status.endedAt.getTime() : failed && 0;
    const { companion } = found;
    const alone =
      companion.state === 'exited' ? companion.endedAt.getTime() : companion.state === 'lost' ? 0 : undefined;
    const since = stopRequestedAt ?? failedAt ?? alone;
    if (since === undefined) {
      const late = now - startedAt >= work.maxRuntimeMs(job);
      if (!late && !overdue(job)) return logEveryMs;
      await change(
        job,
        { status: 'Stopping' },
        { stopRequestedAt: now, stopCause: late ? 'time limit' : 'wait limit' },
      );
    }
    if (since !== undefined && now - since > graceMs) await runs.signal(job, 'SIGKILL');
    else await runs.terminate(found, now);
    return logEveryMs;
  }

  async function uploadPhase(job: Job<Request>, stopping: AbortSignal): Promise<undefined> {
    (await queueing).leave(job.arn);
    let kept: { readonly result: Partial<Job['state']> } | undefined;
    try {
      kept = await carry(job, stopping, (signal, aws) => work.upload(job, runs.hostsOf(job), aws, signal));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      throw new JobFailed(
        `ClientError: Artifact upload failed: ${error.code}: ${error.message}. Please ensure that the bucket exists and that the role "${work.roleArn(job)}" has "s3:PutObject" permissions on it.`,
      );
    }
    // Somebody may have asked the job to stop meanwhile.
    const stored = (await store.find(job.arn)) ?? job;
    if (stored.state.stopRequestedAt) return end(stored, 'Stopped', kept?.result);
    return kept ? end(stored, 'Completed', kept.result) : end(stored, 'Stopped', { stopCause: 'time limit' });
  }

  async function step(job: Job<Request>, stopping: AbortSignal): Promise<number | undefined> {
    try {
      switch (job.phase) {
        case 'Starting':
          return await startPhase(job, stopping);
        case 'Downloading':
          return await downloadPhase(job, stopping);
        case 'Running':
          return await runPhase(job, stopping);
        case 'Uploading':
          return await uploadPhase(job, stopping);
        case 'Ended':
          return undefined;
      }
    } catch (error) {
      if (!(error instanceof JobFailed)) throw error;
      return fail((await store.find(job.arn)) ?? job, error.message);
    }
  }

  /** Folders of jobs that ended just before a kill. */
  async function sweep(): Promise<void> {
    const used = new Set((await store.listUnended()).map((job) => job.runId));
    for (const name of await readdir(kindDir).catch(() => [])) {
      if (!used.has(name)) await removeRuns(join(kindDir, name), resources.executor);
    }
  }

  let swept = false;
  const reconciler = startReconciler({
    name: `${work.kind} jobs`,
    async list() {
      if (!swept) await sweep();
      swept = true;
      return (await store.listUnended()).map((job) => job.arn);
    },
    async step(arn, stopping) {
      const job = await store.find(arn);
      return job && step(job, stopping);
    },
    everyMs: 10_000,
    concurrency: 32,
    background: resources.background,
    clock,
    log,
  });
  return {
    wake(arn) {
      if (arn) interrupts.look(arn);
      reconciler.wake(arn);
    },
    async stop() {
      await reconciler.stop();
      runs.stop();
      await work.stop?.();
    },
  };
}
