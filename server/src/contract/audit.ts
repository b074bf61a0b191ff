/** What the gateway tells of each call when it is over (services/cloudtrail fulfils it; platform.ts hands it over). */
import type { EventKind } from '../models/event-kind.ts';
import type { CallFacts } from './call.ts';

export interface AuditedCall {
  readonly call: CallFacts;
  readonly kind: EventKind;
  readonly userAgent: string;
  /** The service that called in somebody's name, for example `sagemaker.amazonaws.com`. */
  readonly invokedBy: string | undefined;
  /** The ARNs that the operation asked permission for. */
  readonly resources: readonly string[];
  /** Without secrets and payloads (models/recordable.ts). */
  readonly parameters: Readonly<Record<string, unknown>> | null;
  readonly answer: Readonly<Record<string, unknown>> | null;
  /** Why it was refused or failed. */
  readonly error: { readonly code: string; readonly message: string } | undefined;
  readonly endedAt: Date;
}

export interface Audit {
  /** What kind of call this is; undefined: it is not recorded. Asked for every call, so it must cost nothing. Throws where nothing can be recorded for now. */
  wants(call: Pick<CallFacts, 'service' | 'operation'>): EventKind | undefined;
  /** A promise: the answer waits for it, and is no answer where it rejects. Undefined: the record is written behind. */
  record(call: AuditedCall): Promise<void> | undefined;
}
