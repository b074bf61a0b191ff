import type { Call } from '../../../contract/call.ts';
import type { Access } from '../../../contract/operation.ts';
import type { S3Deps } from '../deps.ts';

/** Adds to the permissions that an operation needs. Synchronous if everything is cached. */
export type ChangeAccess = (
  access: readonly Access[],
  input: unknown,
  call: Call,
  deps: S3Deps,
) => readonly Access[] | Promise<readonly Access[]>;
