/** Recorded calls: the request, the caller, the resources and the result go into the audit trail. Wraps `perform`, over HTTP and in process. */

import type { Access } from '../contract/access.ts';
import type { Audit } from '../contract/audit.ts';
import { AwsError } from '../contract/aws-error.ts';
import type { Call } from '../contract/call.ts';
import type { Clock } from '../kit/clock.ts';
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

/** Synchronous if `perform` is and the call is not recorded: every prediction passes through here. */
export function performRecorded(
  performance: Performance,
  input: unknown,
  call: Call,
  recording: Recording,
): Promise<unknown> | unknown {
  return recording.audit.isRecorded(performance.bound.audit)
    ? performAndRecord(performance, input, call, recording)
    : perform(performance, input, call);
}

async function performAndRecord(
  performance: Performance,
  input: unknown,
  call: Call,
  { audit, clock, userAgent, invokedBy }: Recording,
): Promise<unknown> {
  const { bound, operation } = performance;
  const { readOnly, durableBeforeAnswer } = bound.audit;
  let checked: readonly Access[] = [];
  const keepingAccess = {
    ...bound,
    async access(given: unknown, of: Call) {
      checked = await bound.access(given, of);
      return checked;
    },
  };
  const record = (output: unknown, error?: AwsError) =>
    audit.record({
      call,
      class: bound.audit,
      userAgent,
      invokedBy,
      resources: [...new Set(checked.map(({ resource }) => resource))],
      parameters: recordable(structureOf(operation.input), input),
      answer: readOnly && !durableBeforeAnswer ? null : recordable(structureOf(operation.output), output),
      error,
      endedAt: clock.now(),
    });
  let output: unknown;
  try {
    output = await perform({ ...performance, bound: keepingAccess }, input, call);
  } catch (thrown) {
    // A refused anonymous caller leaves no record, like a caller with an unknown key: any client could fill the trail.
    if (call.principal.kind === 'anonymous') throw thrown;
    await record(undefined, thrown instanceof AwsError ? thrown : defect(performance.format, thrown));
    throw thrown;
  }
  await record(output);
  return output;
}
