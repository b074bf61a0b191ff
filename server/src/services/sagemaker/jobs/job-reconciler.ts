/**
 * Drives jobs from their row to their end. Each phase can be repeated, so a kill at any instant costs a repetition at most; the process itself is
 * started once per folder. What differs between kinds of job is handed in.
 */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Aws } from '../../../contract/aws.ts';
import { AwsError } from '../../../contract/aws-error.ts';
import type { PlatformEvent } from '../../../contract/event.ts';
import { RunRefused, type RunSpec } from '../../../engine/executor.ts';
import { type Reconciler, startReconciler } from '../../../engine/reconcile.ts';
import type { SageMakerResources } from '../deps.ts';
import { ensureLogStream, type LogStream, shipLog } from '../logs/log-shipper.ts';
import { type Job, JobFailed, type JobKind, type JobStatus, moved, type Phase } from './job.ts';
import { jobStore } from './job-store.ts';
import type { LaunchPlace } from './launch.ts';

export interface JobWork<Request> {
  readonly kind: JobKind;
  readonly logGroup: string;
  roleArn(job: Job<Request>): string;
  maxRuntimeMs(job: Job<Request>): number;
  /** Pure. Throws JobFailed. */
  launch(job: Job<Request>, place: LaunchPlace): RunSpec;
  /** Fills the folder that stands for /opt/ml. Throws JobFailed. */
  prepare(job: Job<Request>, ml: string, aws: Aws): Promise<void>;
  /** Stores what the process left; answers what the row keeps of it. */
  upload(job: Job<Request>, ml: string, aws: Aws): Promise<Partial<Job['state']>>;
  /** Secondary status and message of a phase or an end. */
  transition(to: Phase | JobStatus, job: Job<Request>): { status: string; message: string };
  event(job: Job<Request>): PlatformEvent;
  /** After the end has committed: what need not be certain (metrics). */
  afterwards(job: Job<Request>, aws: Aws): Promise<void>;
}

/** SageMaker sends SIGTERM, waits this long, then kills: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopTrainingJob.html */
const graceMs = 120_000;
const logEveryMs = 250;
const queueEveryMs = 200;
/** A job's credentials outlive its time limit by this: the way to the process and from it takes time too. */
const credentialsGraceMs = 24 * 3_600_000;

export function startJobReconciler<Request>(resources: SageMakerResources, work: JobWork<Request>): Reconciler {
  const { database, outbox, clock, log, executor, settings } = resources;
  const store = jobStore<Request>(database, work.kind);
  const kindDir = join(settings.runsDir, work.kind);
  const dirOf = (job: Job<Request>) => join(kindDir, job.state.runId);
  const watched = new Map<string, () => void>();

  const logStream = (job: Job<Request>): LogStream => ({
    group: work.logGroup,
    stream: `${job.name}/algo-1-${job.createdAt.getTime()}`,
  });
  const service = (job: Job<Request>) => resources.aws.asService(job.account, 'sagemaker.amazonaws.com', job.region);
  const role = async (job: Job<Request>) => {
    try {
      return await resources.aws.asRole(work.roleArn(job), 'sagemaker.amazonaws.com', 'SageMaker');
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
    await database.write([store.update(next), ...(tells ? [outbox.add(work.event(next))] : [])]);
    if (tells) outbox.wake();
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
    const ended = await change(job, { status, phase: 'Ended' }, { ...state, transitions: done, endedAt: now });
    watched.get(job.arn)?.();
    watched.delete(job.arn);
    await work
      .afterwards(ended, service(job))
      .catch((error) => log.warn('a job ended without its metrics', { job: job.name, error }));
    await executor.remove(dirOf(job));
  }

  async function startPhase(job: Job<Request>): Promise<number | undefined> {
    if (job.state.stopRequestedAt) return end(job, 'Stopped');
    const unended = await store.listUnended();
    const place = unended.findIndex((other) => other.arn === job.arn);
    if (unended.slice(0, place).filter((other) => other.phase !== 'Ended').length >= settings.maxRunningJobs)
      return queueEveryMs;
    return step(await enter(job, 'Downloading', { startedAt: clock.now().getTime() }));
  }

  async function downloadPhase(job: Job<Request>): Promise<number | undefined> {
    if (job.state.stopRequestedAt) return end(job, 'Stopped');
    const ml = join(dirOf(job), 'ml');
    await rm(ml, { recursive: true, force: true });
    await work.prepare(job, ml, await role(job));
    await ensureLogStream(service(job), logStream(job));
    return step(await enter(job, 'Running'));
  }

  async function run(job: Job<Request>): Promise<void> {
    const dir = dirOf(job);
    const identity = await resources.roleEnvironment({
      roleArn: work.roleArn(job),
      sessionName: 'SageMaker',
      region: job.region,
      lifetimeMs: work.maxRuntimeMs(job) + credentialsGraceMs,
    });
    const place = { dir, ml: join(dir, 'ml'), identity, images: resources.images, settings };
    await executor.start(work.launch(job, place)).catch((error) => {
      throw error instanceof RunRefused ? new JobFailed(`ClientError: ${error.message}`) : error;
    });
    if (!watched.has(job.arn))
      watched.set(
        job.arn,
        executor.onExit(dir, () => reconciler.wake(job.arn)),
      );
  }

  async function runPhase(job: Job<Request>): Promise<number | undefined> {
    const dir = dirOf(job);
    const status = await executor.status(dir);
    if (status.state === 'absent' && job.state.stopRequestedAt) return end(job, 'Stopped');
    if (status.state === 'absent' || (status.state === 'running' && !watched.has(job.arn))) await run(job);
    const ended = status.state === 'exited' || status.state === 'lost';
    const file = executor.logFile(dir);
    const { offset, more } = await shipLog(service(job), logStream(job), file, job.logOffset, clock.now(), ended);
    if (offset !== job.logOffset) await database.write([store.keepLogOffset(job.arn, offset)]);
    const current = { ...job, logOffset: offset };
    if (!ended) return limits(current);
    if (more) return 0;
    if (status.state === 'lost') {
      return end(current, 'Failed', {
        failureReason:
          'InternalServerError: the process vanished without a status (the machine was restarted, or its supervisor was killed). Please try again.',
      });
    }
    if (status.exitCode === 0 || job.state.stopRequestedAt) return step(await enter(current, 'Uploading'));
    return end(current, 'Failed', { failureReason: await failureOf(dir, status.exitCode, logStream(job)) });
  }

  /** Asks a job that runs too long, or that somebody stopped, to end; kills it after the time of grace. */
  async function limits(job: Job<Request>): Promise<number | undefined> {
    const now = clock.now().getTime();
    const { stopRequestedAt, startedAt = now } = job.state;
    if (stopRequestedAt === undefined) {
      if (now - startedAt < work.maxRuntimeMs(job)) return logEveryMs;
      await change(job, { status: 'Stopping' }, { stopRequestedAt: now, stopCause: 'time limit' });
      await executor.signal(dirOf(job), 'SIGTERM');
      return logEveryMs;
    }
    await executor.signal(dirOf(job), now - stopRequestedAt > graceMs ? 'SIGKILL' : 'SIGTERM');
    return logEveryMs;
  }

  async function uploadPhase(job: Job<Request>): Promise<undefined> {
    let kept: Partial<Job['state']>;
    try {
      kept = await work.upload(job, join(dirOf(job), 'ml'), await role(job));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      throw new JobFailed(
        `ClientError: Artifact upload failed: ${error.code}: ${error.message}. Please ensure that the bucket exists and that the role "${work.roleArn(job)}" has "s3:PutObject" permissions on it.`,
      );
    }
    return end(job, job.state.stopRequestedAt ? 'Stopped' : 'Completed', kept);
  }

  async function step(job: Job<Request>): Promise<number | undefined> {
    try {
      switch (job.phase) {
        case 'Starting':
          return await startPhase(job);
        case 'Downloading':
          return await downloadPhase(job);
        case 'Running':
          return await runPhase(job);
        case 'Uploading':
          return await uploadPhase(job);
        case 'Ended':
          return undefined;
      }
    } catch (error) {
      if (!(error instanceof JobFailed)) throw error;
      return end(job, 'Failed', { failureReason: error.message });
    }
  }

  /** Folders of jobs that ended just before a kill. */
  async function sweep(): Promise<void> {
    const used = new Set((await store.listUnended()).map((job) => job.runId));
    for (const name of await readdir(kindDir).catch(() => [])) {
      if (!used.has(name)) await executor.remove(join(kindDir, name));
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
    async step(arn) {
      const job = await store.find(arn);
      return job && step(job);
    },
    everyMs: 10_000,
    concurrency: 32,
    clock,
    log,
  });
  return {
    wake: reconciler.wake,
    async stop() {
      await reconciler.stop();
      for (const unwatch of watched.values()) unwatch();
    },
  };
}

/** What the program wrote to output/failure, as AWS shows it: the first 1,024 characters. */
async function failureOf(dir: string, exitCode: number, { group, stream }: LogStream): Promise<string> {
  const written = await readFile(join(dir, 'ml', 'output', 'failure'), 'utf8').catch(() => '');
  if (written.trim()) return written.trim().slice(0, 1024);
  return `AlgorithmError: the process ended with exit code ${exitCode} and wrote no reason to /opt/ml/output/failure; see its log: ${group}, ${stream}`;
}
