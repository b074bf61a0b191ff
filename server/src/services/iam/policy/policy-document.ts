/**
 * Policy documents, from text to statements that can be evaluated. Reads what was once taken and refuses only what cannot be understood;
 * what IAM refuses in a new document is in policy-grammar.ts.
 * Grammar: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html; the sentences are as observed from IAM.
 */
import { type ActionMatcher, indexActions } from './action-matcher.ts';
import { type Condition, compileCondition } from './condition.ts';
import { compilePattern, type Pattern, type PatternOptions } from './pattern.ts';

/** `resource` is a policy that another service stores with a resource and has validated; here it is only read. */
export type PolicyKind = 'identity' | 'trust' | 'resource';

/** Principals by kind; `*` alone is `{ AWS: ['*'] }`. */
export type Principals = Readonly<Record<string, readonly string[]>>;

export interface Matcher {
  readonly patterns: readonly Pattern[];
  /** NotResource, for example. */
  readonly negated: boolean;
}

export interface Statement {
  readonly sid: string | undefined;
  readonly effect: 'Allow' | 'Deny';
  readonly actions: ActionMatcher;
  /** Undefined in trust policies: the role itself. */
  readonly resources: Matcher | undefined;
  readonly principals: Principals | undefined;
  readonly notPrincipals: boolean;
  readonly conditions: readonly Condition[];
}

export interface Policy {
  /** What the policy simulator calls it. */
  readonly name: string;
  readonly text: string;
  /** Whether `${…}` is a variable. */
  readonly variables: boolean;
  readonly statements: readonly Statement[];
}

export class MalformedPolicy extends Error {
  override readonly name = 'MalformedPolicy';
}

export type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const syntaxError = () => new MalformedPolicy('Syntax errors in policy.');

function onlyFields(fields: Fields, allowed: readonly string[]): void {
  if (Object.keys(fields).some((name) => !allowed.includes(name))) throw syntaxError();
}

function readTexts(value: unknown): string[] {
  // IAM takes a null in a list and passes over it.
  const texts = Array.isArray(value) ? value.filter((text) => text !== null) : [value];
  if (!texts.every((text) => typeof text === 'string')) throw syntaxError();
  return texts;
}

function readMatcher(
  fields: Fields,
  name: string,
  missing: string,
  options: Omit<PatternOptions, 'wildcards'>,
): Matcher {
  const negated = `Not${name}`;
  if (name in fields && negated in fields) throw syntaxError();
  const value = fields[name] ?? fields[negated];
  const texts = value === undefined ? [] : readTexts(value);
  if (texts.length === 0) throw new MalformedPolicy(missing);
  return {
    patterns: texts.map((text) => compilePattern(text, { wildcards: true, ...options })),
    negated: negated in fields,
  };
}

const readActions = (fields: Fields): ActionMatcher =>
  indexActions(
    readMatcher(fields, 'Action', 'Policy statement must contain actions.', { variables: false, ignoreCase: true }),
  );

const readResources = (fields: Fields, variables: boolean): Matcher =>
  readMatcher(fields, 'Resource', 'Policy statement must contain resources.', { variables });

function readPrincipals(fields: Fields, kind: PolicyKind): Principals {
  if ('Principal' in fields && 'NotPrincipal' in fields) throw syntaxError();
  const value = fields.Principal ?? fields.NotPrincipal;
  if (value === '*') return { AWS: ['*'] };
  if (!isFields(value)) throw syntaxError();
  onlyFields(value, ['AWS', 'Service', 'Federated', 'CanonicalUser']);
  const principals = Object.fromEntries(Object.entries(value).map(([of, names]) => [of, readTexts(names)]));
  if (kind === 'resource') return principals;
  for (const name of principals.AWS ?? []) {
    if (!/^(\*|\d{12}|A(IDA|ROA)[A-Z0-9]{17}|arn:aws[a-z-]*:(iam|sts)::\d{12}:.+)$/.test(name)) {
      throw new MalformedPolicy(`Invalid principal in policy: "AWS":"${name}"`);
    }
  }
  for (const name of principals.Service ?? []) {
    if (!/^[a-z0-9.-]+\.(amazonaws\.com|amazon\.com)(\.cn)?$/.test(name)) {
      throw new MalformedPolicy(`Invalid principal in policy: "SERVICE":"${name}"`);
    }
  }
  return principals;
}

function readConditions(value: unknown, variables: boolean): Condition[] {
  if (value === undefined) return [];
  if (!isFields(value)) throw syntaxError();
  return Object.entries(value).flatMap(([operator, keys]) => {
    if (!isFields(keys)) throw syntaxError();
    return Object.entries(keys).map(([key, wanted]) => {
      const values = Array.isArray(wanted) ? wanted : [wanted];
      if (!values.every((one) => ['string', 'number', 'boolean'].includes(typeof one))) throw syntaxError();
      return compileCondition(operator, key, values.map(String), { variables });
    });
  });
}

const statementFields = ['Sid', 'Effect', 'Action', 'NotAction', 'Condition'];
const identityFields = [...statementFields, 'Resource', 'NotResource'];
const trustFields = [...statementFields, 'Principal', 'NotPrincipal'];
const fieldsOf = { identity: identityFields, trust: trustFields, resource: [...identityFields, ...trustFields] };

function readStatement(value: unknown, kind: PolicyKind, variables: boolean): Statement {
  if (!isFields(value)) throw syntaxError();
  if (kind === 'identity' && ('Principal' in value || 'NotPrincipal' in value)) {
    throw new MalformedPolicy('Policy document should not specify a principal.');
  }
  if (kind === 'trust' && ('Resource' in value || 'NotResource' in value)) {
    throw new MalformedPolicy('Has prohibited field Resource');
  }
  onlyFields(value, fieldsOf[kind]);
  const { Sid: sid, Effect: effect } = value;
  if (sid !== undefined && typeof sid !== 'string') throw syntaxError();
  if (effect !== 'Allow' && effect !== 'Deny') throw syntaxError();
  if (kind !== 'identity' && !('Principal' in value || 'NotPrincipal' in value)) {
    throw new MalformedPolicy('Missing required field Principal');
  }
  return {
    sid,
    effect,
    actions: readActions(value),
    resources: kind === 'trust' ? undefined : readResources(value, variables),
    principals: kind === 'identity' ? undefined : readPrincipals(value, kind),
    notPrincipals: 'NotPrincipal' in value,
    conditions: readConditions(value.Condition, variables),
  };
}

/** Throws MalformedPolicy with AWS's sentence. */
export function parsePolicy(text: string, kind: PolicyKind, name = ''): Policy {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw kind === 'trust' ? new MalformedPolicy('This policy contains invalid Json') : syntaxError();
  }
  if (!isFields(document)) throw syntaxError();
  onlyFields(document, ['Version', 'Id', 'Statement']);
  const { Version: version = '2008-10-17', Statement: statement } = document;
  if (version !== '2012-10-17' && version !== '2008-10-17') throw syntaxError();
  if (statement === undefined) throw syntaxError();
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html: variables came with 2012-10-17.
  const variables = version === '2012-10-17';
  const statements = (Array.isArray(statement) ? statement : [statement]).map((one) =>
    readStatement(one, kind, variables),
  );
  if (statements.length === 0) throw syntaxError();
  const sids = statements.flatMap(({ sid }) => (sid ? [sid] : []));
  if (kind !== 'resource' && new Set(sids).size < sids.length) {
    throw new MalformedPolicy('Statement IDs (SID) in a single policy must be unique.');
  }
  return { name, text, variables, statements };
}
