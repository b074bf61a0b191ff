/** Writes the row of a new job with its first event and its tags. Refuses a name that is in use. */
import type { Call } from '../../../contract/call.ts';
import type { PlatformEvent } from '../../../contract/event.ts';
import { Conflict } from '../../../storage/database.ts';
import type { SageMakerResources } from '../shared/deps.ts';
import { givenTags } from '../shared/tags/given-tags.ts';
import { type Job, type JobKind, moved } from './job.ts';
import { jobStore } from './job-store.ts';
import { newRunId } from './run-id.ts';

interface NewJob<Request> {
  readonly kind: JobKind;
  readonly arn: string;
  readonly name: string;
  readonly request: Request;
  /** Its first secondary status. */
  readonly starting: { readonly status: string; readonly message: string };
  /** What AWS calls jobs of this kind, at the beginning of a sentence and within it. */
  readonly kindNames: readonly [beginning: string, within: string];
}

type Tags = Parameters<typeof givenTags>[1];

export async function insertJob<Request extends { readonly Tags?: Tags }>(
  { kind, arn, name, request, starting, kindNames }: NewJob<Request>,
  event: (job: Job<Request>) => PlatformEvent,
  call: Call,
  { database, outbox }: Pick<SageMakerResources, 'database' | 'outbox'>,
): Promise<void> {
  const job: Job<Request> = {
    arn,
    kind,
    account: call.account,
    region: call.region,
    name,
    status: 'InProgress',
    phase: 'Starting',
    createdAt: call.now,
    modifiedAt: call.now,
    revision: 1,
    logOffsets: {},
    request,
    state: { runId: newRunId(), transitions: moved([], starting.status, starting.message, call.now.getTime()) },
  };
  try {
    await outbox.write(
      [jobStore<Request>(database, kind).insert(job), ...givenTags(arn, request.Tags, call)],
      event(job),
    );
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    throw call.error(
      'ResourceInUse',
      `${kindNames[0]} names must be unique within an AWS account and region, and a ${kindNames[1]} with this name already exists (${arn})`,
    );
  }
}
