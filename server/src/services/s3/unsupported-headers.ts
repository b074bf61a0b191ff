/** Headers whose effect is not implemented: a request with one of them is refused, never partly executed. */
import type { Call } from '../../contract/call.ts';
import { notImplemented } from './refusals.ts';

const headers: Readonly<Record<string, string>> = {
  SSEKMSEncryptionContext: 'x-amz-server-side-encryption-context',
  WriteOffsetBytes: 'x-amz-write-offset-bytes',
  IfMatchSize: 'x-amz-if-match-size',
  IfMatchLastModifiedTime: 'x-amz-if-match-last-modified-time',
};

export function refuseUnsupported(input: object, call: Call): void {
  const given = input as Readonly<Record<string, unknown>>;
  for (const [member, header] of Object.entries(headers)) {
    if (given[member] != null && given[member] !== false) throw notImplemented(call, header);
  }
}
