/**
 * Augmented manifests: JSON Lines, of each line the attributes that the request names, in its order. What an attribute whose name ends in -ref points
 * to is streamed, of the others the value: https://docs.aws.amazon.com/sagemaker/latest/dg/augmented-manifest-stream.html
 */
import type { Aws } from '../../../../contract/aws.ts';
import { parseS3Uri, type S3Location } from '../../s3-uri.ts';
import { type InputSource, inputFailure } from './input-failure.ts';
import { readText } from './input-objects.ts';

export type AugmentedPart = { readonly object: S3Location } | { readonly text: string };

export async function augmentedRecords(
  aws: Aws,
  source: InputSource,
  attributes: readonly string[],
  signal?: AbortSignal,
): Promise<(readonly AugmentedPart[])[]> {
  const lines = (await readText(aws, source, signal)).split('\n');
  const records = lines.flatMap((line, i) =>
    line.trim() === '' ? [] : [recordOf(line, `line ${i + 1} of ${source.uri}`, attributes)],
  );
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
      throw inputFailure(`${where} has no attribute ${JSON.stringify(name)}, which AttributeNames asks for`);
    const value = (found as Record<string, unknown>)[name];
    if (!name.endsWith('-ref')) return { text: typeof value === 'string' ? value : JSON.stringify(value) };
    const object = typeof value === 'string' ? parseS3Uri(value) : undefined;
    if (!object?.key) throw inputFailure(`${where}: the value of ${JSON.stringify(name)} names no object in S3`);
    return { object };
  });
}
