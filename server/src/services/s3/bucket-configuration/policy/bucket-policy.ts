/**
 * A bucket's policy from text to statements, refused in S3's words where S3 would refuse it. Whether it allows a call is decided where all
 * policies are; here it is judged as a document.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html; sentences observed of S3.
 */
import type { Call } from '../../../../contract/call.ts';
import { applicabilityOf, isLike } from './s3-actions.ts';

export interface PolicyStatement {
  readonly effect: 'Allow' | 'Deny';
  /** By kind; `*` alone is `{ AWS: ['*'] }`. Undefined for NotPrincipal. */
  readonly principals: Readonly<Record<string, readonly string[]>> | undefined;
  readonly conditions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

class Malformed extends Error {}

/** Of the document without white space between its parts. */
const maxBytes = 20 * 1024;

export function parseBucketPolicy(text: string, bucket: string, call: Call): PolicyStatement[] {
  try {
    return readPolicy(text, bucket);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    throw call.error('MalformedPolicy', error.message, { cause: error });
  }
}

/** Of a policy that was accepted. */
export function statementsOf(text: string): PolicyStatement[] {
  return listOf((JSON.parse(text) as Fields).Statement).map((statement) => ({
    effect: (statement as Fields).Effect as 'Allow',
    principals: readPrincipals(statement as Fields),
    conditions: readConditions((statement as Fields).Condition),
  }));
}

function readPolicy(text: string, bucket: string): PolicyStatement[] {
  if (!text.startsWith('{')) throw new Malformed("Policies must be valid JSON and the first byte must be '{'");
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    throw new Malformed('This policy contains invalid Json');
  }
  if (!isFields(policy)) throw new Malformed('This policy contains invalid Json');
  onlyFields(policy, ['Version', 'Id', 'Statement']);
  if (Buffer.byteLength(JSON.stringify(policy)) > maxBytes) {
    throw new Malformed(`Normalized policy document exceeds the maximum allowed size of ${maxBytes} bytes.`);
  }
  const { Version: version, Statement: statement } = policy;
  if (statement === undefined) throw new Malformed('Missing required field Statement');
  if (version !== undefined && version !== '2012-10-17' && version !== '2008-10-17') {
    throw new Malformed('The policy must contain a valid version string');
  }
  const statements = listOf(statement);
  if (statements.length === 0) throw new Malformed('Could not parse the policy: Statement is empty!');
  // Terraform writes an empty one where a statement has none: it is as good as none.
  const sids = statements.flatMap((one) => (isFields(one) && one.Sid !== undefined && one.Sid !== '' ? [one.Sid] : []));
  if (new Set(sids).size < sids.length) throw new Malformed('Statement IDs (SID) in a single policy must be unique.');
  return statements.map((one) => readStatement(one, bucket));
}

const statementFields = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
];

function readStatement(statement: unknown, bucket: string): PolicyStatement {
  if (!isFields(statement)) throw new Malformed('This policy contains invalid Json');
  onlyFields(statement, [...statementFields, 'Condition']);
  const { Effect: effect } = statement;
  if (effect === undefined) throw new Malformed('Missing required field Effect');
  if (effect !== 'Allow' && effect !== 'Deny') throw new Malformed(`Invalid effect: ${effect}`);
  const principals = readPrincipals(statement);
  const actions = readActions(statement);
  const resources = readResources(statement, bucket);
  const isNamed = statement.Action !== undefined && statement.Resource !== undefined;
  if (isNamed && !actions.every((action) => appliesTo(action, resources))) {
    throw new Malformed('Action does not apply to any resource(s) in statement');
  }
  return { effect, principals, conditions: readConditions(statement.Condition) };
}

function onlyFields(fields: Fields, allowed: readonly string[]): void {
  const unknown = Object.keys(fields).find((name) => !allowed.includes(name));
  if (unknown !== undefined) throw new Malformed(`Unknown field ${unknown}`);
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value];
}

function textsOf(value: unknown, complaint: string): string[] {
  const texts = listOf(value);
  if (texts.length === 0 || !texts.every((text) => typeof text === 'string')) throw new Malformed(complaint);
  return texts;
}

/** Either the field or its negation. */
function fieldOf(statement: Fields, name: string): unknown {
  const negated = `Not${name}`;
  if (statement[name] !== undefined && statement[negated] !== undefined)
    throw new Malformed(`Unknown field ${negated}`);
  const value = statement[name] ?? statement[negated];
  if (value === undefined) throw new Malformed(`Missing required field ${name}`);
  return value;
}

const principalForms: ReadonlyMap<string, RegExp> = new Map([
  [
    'AWS',
    /^(?:\*|\d{12}|arn:aws[a-z-]*:(?:iam::\d{12}:(?:root|(?:user|role)\/[^*?]+)|sts::\d{12}:(?:assumed-role|federated-user)\/[^*?]+))$/,
  ],
  ['Service', /^[a-z0-9.-]+\.(?:amazonaws\.com|amazon\.com)(?:\.cn)?$/],
  ['Federated', /./],
  ['CanonicalUser', /^[0-9a-f]{64}$/],
]);

function readPrincipals(statement: Fields): PolicyStatement['principals'] {
  const complaint = 'Invalid principal in policy';
  const given = fieldOf(statement, 'Principal');
  const byKind = given === '*' ? { AWS: ['*'] } : given;
  if (!isFields(byKind) || Object.keys(byKind).length === 0) throw new Malformed(complaint);
  const principals = Object.fromEntries(
    Object.entries(byKind).map(([kind, names]) => [kind, textsOf(names, complaint)] as const),
  );
  const isKnown = ([kind, names]: [string, string[]]) => names.every((name) => principalForms.get(kind)?.test(name));
  if (!Object.entries(principals).every(isKnown)) throw new Malformed(complaint);
  return statement.Principal === undefined ? undefined : principals;
}

function readActions(statement: Fields): string[] {
  const complaint = 'Policy has invalid action';
  const actions = textsOf(fieldOf(statement, 'Action'), complaint);
  if (actions.some((action) => applicabilityOf(action) === undefined)) throw new Malformed(complaint);
  return actions;
}

const arnStart = /^arn:aws[a-z-]*:s3:::/;

/** Names and keys, without the ARN before them: `bucket`, `bucket/key`. */
function readResources(statement: Fields, bucket: string): string[] {
  const complaint = 'Policy has invalid resource';
  return textsOf(fieldOf(statement, 'Resource'), complaint).map((resource) => {
    const path = resource.replace(arnStart, '');
    const [name = ''] = path.split('/');
    // A star in the name may match more than the name: `bucket*` includes its objects.
    const isOurs = isLike(name, bucket) || (name.endsWith('*') && isLike(name, `${bucket}/`));
    if (path === resource || !isOurs) throw new Malformed(complaint);
    return path;
  });
}

function appliesTo(action: string, resources: readonly string[]): boolean {
  const applies = applicabilityOf(action);
  return resources.some((path) => {
    const isObject = path.includes('/') || path.endsWith('*');
    const isBucket = !path.includes('/');
    return (applies?.toObjects && isObject) || (applies?.toBuckets && isBucket);
  });
}

const operators =
  /^(?:ForAllValues:|ForAnyValue:)?(?:String(?:Not)?(?:Equals(?:IgnoreCase)?|Like)|(?:Numeric|Date)(?:(?:Not)?Equals|LessThan(?:Equals)?|GreaterThan(?:Equals)?)|Bool|BinaryEquals|(?:Not)?IpAddress|Arn(?:Not)?(?:Equals|Like)|Null)(?:IfExists)?$/i;

function readConditions(value: unknown): PolicyStatement['conditions'] {
  if (value === undefined) return {};
  if (!isFields(value)) throw new Malformed('This policy contains invalid Json');
  return Object.fromEntries(
    Object.entries(value).map(([operator, keys]) => {
      if (!operators.test(operator) || !isFields(keys)) throw new Malformed(`Invalid Condition type : ${operator}`);
      const entries = Object.entries(keys).map(([key, wanted]) => {
        if (!/^[a-z0-9-]+:.+$/i.test(key)) throw new Malformed('Policy has an invalid condition key');
        return [key, listOf(wanted).map(String)] as const;
      });
      return [operator, Object.fromEntries(entries)];
    }),
  );
}
