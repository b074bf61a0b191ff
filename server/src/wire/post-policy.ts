/**
 * The policy of a browser's upload: what its form may contain. https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html; the
 * errors' codes and texts are those observed on S3, which differ from its table.
 */
import { AwsError } from '../contract/aws-error.ts';

export interface SizeRange {
  readonly min: number;
  readonly max: number;
}

interface Matching {
  readonly kind: 'eq' | 'starts-with';
  /** In lower case. */
  readonly field: string;
  readonly value: string;
  /** As S3 shows it in errors. */
  readonly text: string;
}

interface Policy {
  readonly expiration: number;
  readonly matching: readonly Matching[];
  readonly sizes: readonly SizeRange[];
}

const invalid = (what: string) => new AwsError('InvalidPolicyDocument', `Invalid Policy: ${what}`, { status: 400 });
const violated = (what: string) =>
  new AwsError('AccessDenied', `Invalid according to Policy: ${what}`, { status: 403 });

const shown = (items: readonly unknown[]) => `[${items.map((item) => JSON.stringify(item)).join(', ')}]`;

function simple(condition: object): Matching {
  const [entry, ...more] = Object.entries(condition);
  if (entry === undefined || more.length > 0)
    throw invalid('Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.');
  const [name, value] = entry;
  if (typeof value !== 'string') throw invalid('Invalid Simple-Condition: value must be a string.');
  return { kind: 'eq', field: name.toLowerCase(), value, text: shown(['eq', `$${name}`, value]) };
}

function range(condition: readonly unknown[]): SizeRange {
  const [min, max] = condition.slice(1).map((bound) => {
    if (typeof bound === 'number' && !Number.isInteger(bound)) throw invalid('Invalid JSON.');
    if (!/^\d{1,15}$/.test(String(bound))) throw violated(`Policy Condition failed: ${shown(condition)}`);
    return Number(bound);
  });
  return { min: min ?? 0, max: max ?? 0 };
}

function listed(condition: readonly unknown[]): Matching | SizeRange {
  const [operation, name, value, ...more] = condition;
  if (typeof operation !== 'string') throw invalid('Invalid Condition: missing operation identifier.');
  const kind = operation.toLowerCase();
  if (kind !== 'eq' && kind !== 'starts-with' && kind !== 'content-length-range')
    throw invalid(`Invalid Condition: unknown operation '${operation}'.`);
  if (value === undefined || more.length > 0) throw invalid(`Invalid ${operation}: wrong number of arguments.`);
  if (kind === 'content-length-range') return range(condition);
  if (typeof name !== 'string' || typeof value !== 'string') throw invalid('Invalid JSON.');
  const text = shown(condition);
  // A name without a dollar sign names no field.
  return { kind, field: name.startsWith('$') ? name.slice(1).toLowerCase() : '', value, text };
}

function expirationOf(value: unknown): number {
  if (value === undefined) throw invalid('Policy missing expiration.');
  const text = String(value);
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw invalid(`Invalid 'expiration' value: '${text}'`);
  return time;
}

function objectOf(base64: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(base64, 'base64').toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Invalid base64 and invalid JSON are the same error.
  }
  throw invalid('Invalid JSON.');
}

export function parsePolicy(base64: string): Policy {
  const { expiration, conditions, ...more } = objectOf(base64);
  const [unexpected] = Object.keys(more);
  if (unexpected !== undefined) throw invalid(`Unexpected: '${unexpected.toLowerCase()}'`);
  const ends = expirationOf(expiration);
  if (conditions === undefined) throw invalid('Policy missing conditions.');
  if (!Array.isArray(conditions)) throw invalid("Invalid 'conditions' value: must be a List.");
  const all = conditions.map((condition: unknown) => {
    if (Array.isArray(condition)) return listed(condition);
    if (typeof condition === 'object' && condition !== null) return simple(condition);
    throw invalid('Invalid condition test: must be a List or Object.');
  });
  return {
    expiration: ends,
    matching: all.filter((one): one is Matching => 'kind' in one),
    sizes: all.filter((one): one is SizeRange => 'max' in one),
  };
}

/** Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html#sigv4-PolicyConditions */
const exemptFields = /^(x-amz-signature|file|policy|signature|awsaccesskeyid|x-ignore-.*)$/;

function matches({ kind, field, value }: Matching, given: string): boolean {
  if (kind === 'eq') return given === value;
  // A list of types matches where each of them does.
  return field === 'content-type'
    ? given.split(',').every((type) => type.trimStart().startsWith(value))
    : given.startsWith(value);
}

/** Throws if the policy does not allow the form. `fields` by their names in lower case, `names` as they were sent. */
export function checkPolicy(
  policy: Policy,
  fields: ReadonlyMap<string, string>,
  names: ReadonlySet<string>,
  now: number,
): void {
  if (now >= policy.expiration) throw violated('Policy expired.');
  const covered = new Set<string>();
  for (const condition of policy.matching) {
    const given = fields.get(condition.field);
    if (given === undefined || !matches(condition, given)) throw violated(`Policy Condition failed: ${condition.text}`);
    covered.add(condition.field);
  }
  const extra = [...names].filter((name) => !covered.has(name.toLowerCase()) && !exemptFields.test(name.toLowerCase()));
  if (extra.length > 0) throw violated(`Extra input fields: ${extra.join(', ')}`);
}

/** How many bytes beyond the limit are read: the answer contains the size, and the client must finish sending before it reads the answer. */
const maxExcess = 16 * 1024 * 1024;

/** The bytes of the file, as long as all ranges allow its size. */
export async function* withinSizes(file: AsyncIterable<Uint8Array>, sizes: readonly SizeRange[]) {
  const max = Math.min(...sizes.map((range) => range.max), Number.MAX_SAFE_INTEGER);
  const min = Math.max(...sizes.map((range) => range.min), 0);
  let size = 0;
  for await (const chunk of file) {
    size += chunk.length;
    if (size <= max) yield chunk;
    else if (size > max + maxExcess) break;
  }
  if (size > max) {
    throw new AwsError('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', {
      status: 400,
      fields: { ProposedSize: size, MaxSizeAllowed: max },
    });
  }
  if (size < min) {
    throw new AwsError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', {
      status: 400,
      fields: { ProposedSize: size, MinSizeAllowed: min },
    });
  }
}
