/** Storage classes are labels here: those whose objects AWS reads at once are kept, those that need a restore are refused. */
import type { Call } from '../../../contract/call.ts';

const readable = new Set([
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER_IR',
]);

export function storageClassOf(storageClass: string | undefined, call: Call): string {
  const chosen = storageClass ?? 'STANDARD';
  if (readable.has(chosen)) return chosen;
  throw call.error('InvalidStorageClass', 'The storage class you specified is not valid', {
    fields: { StorageClassRequested: chosen },
  });
}
