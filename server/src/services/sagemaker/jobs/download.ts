/** Brings a prefix of S3 into a folder, in the job's role's name. */
import type { Aws } from '../../../contract/aws.ts';
import { bringObjects } from './inputs/bring-objects.ts';
import type { InputSource } from './inputs/input-failure.ts';
import { prefixObjects } from './inputs/input-objects.ts';

/** Throws JobFailed in AWS's words (observed) where there is nothing, or nothing that the role may read. */
export async function downloadPrefix(
  aws: Aws,
  source: InputSource,
  folder: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  await bringObjects(aws, await prefixObjects(aws, source, signal), folder, source, signal);
}
