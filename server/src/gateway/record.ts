/** Audited calls: the request, the caller, the resources and the result. Wraps `perform`, over HTTP and in process. */
import type { Audit } from '../contract/audit.ts';
import { AwsError } from '../contract/aws-error.ts';
import type { Call } from '../contract/call.ts';
import type { Access } from '../contract/operation.ts';
import type { Clock } from '../kit/clock.ts';
import type { EventKind } from '../models/event-kind.ts';
import { recordable } from '../models/recordable.ts';
import { structureOf } from '../models/shape.ts';
import { type Performance, perform } from './perform.ts';
import { defect } from './refusals.ts';

export interface Recording {
  readonly audit: Audit;
  readonly clock: Clock;
  readonly userAgent: string;
  readonly invokedBy: string | undefined;
}

/** Synchronous if `perform` is and nothing is recorded: every prediction passes through here. */
export function performRecorded(
  what: Performance,
  input: unknown,
  call: Call,
  recording: Recording,
): Promise<unknown> | unknown {
  const kind = recording.audit.wants(call);
  return kind ? traced(what, input, call, recording, kind) : perform(what, input, call);
}

async function traced(
  what: Performance,
  input: unknown,
  call: Call,
  { audit, clock, userAgent, invokedBy }: Recording,
  kind: EventKind,
): Promise<unknown> {
  const { bound, operation } = what;
  let asked: readonly Access[] = [];
  const remembering = {
    handle: bound.handle,
    async access(given: unknown, of: Call) {
      asked = await bound.access(given, of);
      return asked;
    },
  };
  const record = (output: unknown, error?: AwsError) =>
    audit.record({
      call,
      kind,
      userAgent,
      invokedBy,
      resources: [...new Set(asked.map(({ resource }) => resource))],
      parameters: recordable(structureOf(operation.input), input),
      answer: kind.readOnly && !kind.weighs ? null : recordable(structureOf(operation.output), output),
      error,
      endedAt: clock.now(),
    });
  let output: unknown;
  try {
    output = await perform({ ...what, bound: remembering }, input, call);
  } catch (thrown) {
    // A refused anonymous caller leaves no record, like one with an unknown key: strangers could fill the trail.
    if (call.principal.kind === 'anonymous') throw thrown;
    await record(undefined, thrown instanceof AwsError ? thrown : defect(what.protocol, thrown));
    throw thrown;
  }
  await record(output);
  return output;
}
