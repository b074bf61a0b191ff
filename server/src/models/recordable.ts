/** A request or an answer as an audit record may contain it: CloudTrail's names, no secrets, no payloads, bounded size. Must never throw on what a client sent. */
import type { Member, Shape, Structure } from './shape.ts';

const hidden = 'HIDDEN_DUE_TO_SECURITY_REASONS';
/** IAM's largest policy document is not cut. */
const maxText = 10_240;
const maxItems = 100;
/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html: 100 KB for each of the two. */
const maxBytes = 100 * 1024;

/** Secrets that AWS's models do not mark as sensitive, and environment variables, which often contain secrets. */
const secretNames =
  /^(SecretAccessKey|SessionToken|Secret(String|Binary)|.*Password|.*PrivateKey|ClientSecret|AuthToken)$/;
const secretMaps = /^(Environment|EnvironmentVariables)$/;
/** Hyperparameters are worth recording. AWS forbids secrets in them, but users pass some anyway. */
const hyperparameterMaps = /^(Static)?HyperParameters$/;
const secretWords = /^(passwords?|passwd|pwd|passphrase|secrets?|tokens?|credentials?|apikeys?|auth)$/;
const keyWords = /^(api|access|private|secret|account|license)$/;

/** Null if nothing is left to record. */
export function recordable(structure: Structure, value: unknown): Record<string, unknown> | null {
  if (typeof value !== 'object' || value === null) return null;
  const record = membersOf(structure, value);
  if (Object.keys(record).length === 0) return null;
  const size = Buffer.byteLength(JSON.stringify(record));
  return size > maxBytes ? { omitted: true, originalSize: size, reason: 'The content is larger than 100 KB.' } : record;
}

function membersOf(structure: Structure, value: object): Record<string, unknown> {
  const record: Record<string, unknown> = {};
  for (const member of structure.members) {
    const given = (value as Record<string, unknown>)[member.name];
    if (given === undefined || given === null || member.streaming) continue;
    const plain = plainOf(member, given);
    if (plain !== undefined) record[recordName(member.name)] = plain;
  }
  return record;
}

/** CloudTrail's names are the model's with a lower-case first letter; S3's bucket is the exception. */
const recordName = (name: string) => (name === 'Bucket' ? 'bucketName' : name.charAt(0).toLowerCase() + name.slice(1));

function plainOf(member: Member, value: unknown): unknown {
  if (member.shape.kind === 'blob') return undefined;
  if (member.sensitive || secretNames.test(member.name)) return hidden;
  if (secretMaps.test(member.name) && member.shape.kind === 'map' && typeof value === 'object')
    return Object.fromEntries(Object.keys(value ?? {}).map((key) => [key, hidden]));
  if (hyperparameterMaps.test(member.name) && member.shape.kind === 'map' && typeof value === 'object')
    return mapOf(member.shape.value, withoutSecrets(value ?? {}));
  return ofShape(member.shape, value);
}

const withoutSecrets = (parameters: object) =>
  Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, namesSecret(name) ? hidden : value]));

/** `db_password`, `dbPassword`, `api-key`; not `tokenizer`. */
function namesSecret(name: string): boolean {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  return words.some((word, at) => secretWords.test(word) || (word === 'key' && keyWords.test(words[at - 1] ?? '')));
}

function ofShape(shape: Shape, value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  switch (shape.kind) {
    case 'structure':
    case 'union':
      return typeof value === 'object' ? membersOf(shape, value) : undefined;
    case 'list':
      return Array.isArray(value) ? listOf(shape.item, value) : undefined;
    case 'map':
      return typeof value === 'object' ? mapOf(shape.value, value) : undefined;
    case 'unit':
      return undefined;
    case 'timestamp':
      return value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : undefined;
    case 'document':
      return cut(JSON.stringify(value) ?? '');
    default:
      return typeof value === 'number' || typeof value === 'boolean' ? value : cut(String(value));
  }
}

function listOf(item: Member, values: readonly unknown[]): unknown[] {
  const some = values.slice(0, maxItems).map((value) => plainOf(item, value) ?? null);
  return values.length > maxItems ? [...some, `… and ${values.length - maxItems} more`] : some;
}

function mapOf(item: Member, values: object): Record<string, unknown> {
  const all = Object.entries(values);
  const some = all.slice(0, maxItems).map(([key, value]) => [cut(key), plainOf(item, value)]);
  if (all.length > maxItems) some.push(['…', `and ${all.length - maxItems} more`]);
  return Object.fromEntries(some);
}

const cut = (text: string): string =>
  text.length > maxText ? `${text.slice(0, maxText)}… (${text.length} characters)` : text;
