/** What the gateway reports about each finished call (implemented by services/cloudtrail, injected by platform.ts). */
import type { AuditClass } from './audit-class.ts';
import type { CallFacts } from './call.ts';

export interface AuditedCall {
  readonly call: CallFacts;
  readonly class: AuditClass;
  readonly userAgent: string;
  /** The service that called on behalf of the principal, for example `sagemaker.amazonaws.com`. */
  readonly invokedBy: string | undefined;
  /** The ARNs for which permission was checked. */
  readonly resources: readonly string[];
  /** Without secrets and payloads (models/recordable.ts). */
  readonly parameters: Readonly<Record<string, unknown>> | null;
  readonly answer: Readonly<Record<string, unknown>> | null;
  /** Why it was refused or failed. */
  readonly error: { readonly code: string; readonly message: string } | undefined;
  readonly endedAt: Date;
}

export interface Audit {
  /** Whether calls of this class are recorded. Called for every request, so it must be cheap. Throws while nothing can be recorded. */
  isRecorded(auditClass: AuditClass): boolean;
  /** Returns a promise if the answer must wait for the record; if it rejects, the caller gets an error. Undefined: the record is written later. */
  record(call: AuditedCall): Promise<void> | undefined;
}
