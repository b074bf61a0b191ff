/**
 * Augmented manifests: JSON Lines with the attributes that the request names, in the request's order. For an attribute whose name ends in -ref, the object
 * that it names is streamed, for others the value: https://docs.aws.amazon.com/sagemaker/latest/dg/augmented-manifest-stream.html
 */
import { setImmediate } from 'node:timers/promises';
import type { Aws } from '../../../../contract/aws.ts';
import { parseS3Uri, type S3Location } from '../../shared/s3-uri.ts';
import { type InputSource, inputFailure } from './input-failure.ts';
import { readWhole } from './input-objects.ts';

const newline = 0x0a;
const linesAtOnce = 500;
/** A manifest can name more than a million objects: this bounds the memory for one. */
const maxBytes = 512 * 2 ** 20;

export type AugmentedPart = { readonly object: S3Location } | { readonly text: string };

export async function augmentedRecords(
  aws: Aws,
  source: InputSource,
  attributes: readonly string[],
  signal?: AbortSignal,
): Promise<(readonly AugmentedPart[])[]> {
  const bytes = await readWhole(aws, source, maxBytes, signal);
  const records: AugmentedPart[][] = [];
  let line = 0;
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(newline, start);
    const text = bytes.toString('utf8', start, end === -1 ? bytes.length : end);
    start = end === -1 ? bytes.length : end + 1;
    line += 1;
    if (text.trim() !== '') records.push(recordOf(text, `line ${line} of ${source.uri}`, attributes));
    if (line % linesAtOnce === 0) {
      // Requests must not wait for a long manifest.
      await setImmediate();
      signal?.throwIfAborted();
    }
  }
  if (records.length === 0) throw inputFailure(`${source.uri} has no line`);
  return records;
}

function recordOf(line: string, where: string, attributes: readonly string[]): AugmentedPart[] {
  let found: unknown;
  try {
    found = JSON.parse(line);
  } catch (error) {
    throw inputFailure(`${where} is not JSON: ${(error as Error).message}`);
  }
  return attributes.map((name) => {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name))
      throw inputFailure(`${where} has no attribute ${JSON.stringify(name)}, which AttributeNames names`);
    const value = (found as Record<string, unknown>)[name];
    if (!name.endsWith('-ref')) return { text: typeof value === 'string' ? value : JSON.stringify(value) };
    const object = typeof value === 'string' ? parseS3Uri(value) : undefined;
    if (!object?.key) throw inputFailure(`${where}: the value of ${JSON.stringify(name)} names no object in S3`);
    return { object };
  });
}
