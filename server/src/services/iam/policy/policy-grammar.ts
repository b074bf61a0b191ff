/**
 * What IAM refuses in a new policy document, in IAM's order and with IAM's messages, which clients may compare. Never used for
 * what is stored already: a document that was taken once must stay readable (policy-document.ts).
 * Grammar: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html; order and sentences as observed from IAM:
 * https://github.com/getmoto/moto/blob/master/tests/test_iam/test_iam_policies.py
 */
import { createClosedContext } from './context.ts';
import { findOperator, readSet } from './operators.ts';
import { compilePattern, matches } from './pattern.ts';
import { isDatePolicyValue } from './policy-date.ts';
import { type Fields, isFields, MalformedPolicy, type Policy, parsePolicy, syntaxError } from './policy-document.ts';
import { checkResources } from './policy-resource.ts';

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

const statementsOf = ({ Statement: statement }: Fields): readonly Fields[] => listOf(statement) as readonly Fields[];

function checkTexts(value: unknown): void {
  // IAM takes a null in a list and passes over it.
  if (value !== undefined && !listOf(value).every((one) => typeof one === 'string' || (one === null && one !== value)))
    throw syntaxError();
}

const isOperator = (written: string): boolean => {
  const { name } = readSet(written);
  return name === 'null' || findOperator(name) !== undefined;
};

function checkConditionSyntax(condition: unknown): void {
  if (condition === undefined) return;
  if (!isFields(condition)) throw syntaxError();
  for (const [operator, keys] of Object.entries(condition)) {
    if (!isFields(keys)) throw syntaxError();
    const values = Object.values(keys).flatMap(listOf);
    if (!values.every((value) => ['string', 'number', 'boolean'].includes(typeof value))) throw syntaxError();
    if (Object.keys(keys).length > 0 && !isOperator(operator)) throw syntaxError();
  }
}

const fields = 'Sid Effect Principal NotPrincipal Action NotAction Resource NotResource Condition'.split(' ');

function checkStatementSyntax(statement: unknown): void {
  if (!isFields(statement) || Object.keys(statement).some((name) => !fields.includes(name))) throw syntaxError();
  const { Sid: sid, Effect: effect } = statement;
  if (sid !== undefined && typeof sid !== 'string') throw syntaxError();
  if (typeof effect !== 'string' || !/^(allow|deny)$/i.test(effect)) throw syntaxError();
  for (const name of ['Action', 'Resource']) {
    if (name in statement && `Not${name}` in statement) throw syntaxError();
    checkTexts(statement[name]);
    checkTexts(statement[`Not${name}`]);
  }
  checkConditionSyntax(statement.Condition);
}

function checkSyntax(document: unknown): asserts document is Fields {
  if (!isFields(document)) throw syntaxError();
  if (Object.keys(document).some((name) => !['Version', 'Id', 'Statement'].includes(name))) throw syntaxError();
  const { Version: version = '2008-10-17', Id: id = '', Statement: statement } = document;
  if (typeof id !== 'string' || (version !== '2012-10-17' && version !== '2008-10-17')) throw syntaxError();
  const statements = listOf(statement);
  if (statements.length === 0) throw syntaxError();
  statements.forEach(checkStatementSyntax);
}

function checkLegacy({ Effect: effect, Condition: conditions = {} }: Fields): void {
  const dates = Object.entries(conditions as Record<string, Fields>)
    .filter(([operator]) => readSet(operator).name.startsWith('date'))
    .flatMap(([, keys]) => Object.values(keys).flatMap(listOf));
  if ((effect !== 'Allow' && effect !== 'Deny') || !dates.every((date) => isDatePolicyValue(String(date)))) {
    throw new MalformedPolicy('The policy failed legacy parsing');
  }
}

const isEmptyList = (value: unknown) => value === undefined || (Array.isArray(value) && value.length === 0);

function checkPresence(statements: readonly Fields[], name: 'Action' | 'Resource', sentence: string): void {
  if (statements.some((one) => isEmptyList(one[name] ?? one[`Not${name}`]))) throw new MalformedPolicy(sentence);
}

function checkActions(statements: readonly Fields[]): void {
  for (const action of statements.flatMap((one) => listOf(one.Action ?? one.NotAction))) {
    const [vendor = '', ...rest] = String(action).split(':');
    if (vendor === '*' && rest.length <= 1) continue;
    if (rest.length === 0)
      throw new MalformedPolicy('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.');
    if (rest.length > 1) throw new MalformedPolicy('Actions/Condition can contain only one colon.');
    if (!/^[a-zA-Z0-9.-]*$/.test(vendor)) throw new MalformedPolicy(`Vendor ${vendor} is not valid`);
  }
}

function checkSids(statements: readonly Fields[]): void {
  const sids = statements.flatMap(({ Sid: sid }) => (sid ? [sid] : []));
  if (new Set(sids).size < sids.length)
    throw new MalformedPolicy('Statement IDs (SID) in a single policy must be unique.');
}

function checkIdentity(statements: readonly Fields[]): void {
  statements.forEach(checkLegacy);
  if (statements.some((one) => 'Principal' in one || 'NotPrincipal' in one))
    throw new MalformedPolicy('Policy document should not specify a principal.');
  const wrongResource = checkResources(
    statements
      .flatMap((one) => [one.Resource, one.NotResource].flatMap(listOf).filter((text) => text != null))
      .map(String),
  );
  checkSids(statements);
  checkPresence(statements, 'Action', 'Policy statement must contain actions.');
  if (wrongResource) throw wrongResource;
  checkActions(statements);
  checkPresence(statements, 'Resource', 'Policy statement must contain resources.');
}

/** What decides who becomes a role: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html */
const trustActions = [
  'sts:AssumeRole',
  'sts:AssumeRoleWithSAML',
  'sts:AssumeRoleWithWebIdentity',
  'sts:SetContext',
  'sts:SetSourceIdentity',
  'sts:TagSession',
];
const noContext = createClosedContext({});

/** One of them, or a pattern that matches one; observed: `sts:TagSessions` is refused. */
function isTrustAction(action: string): boolean {
  const pattern = compilePattern(action, { wildcards: true, variables: false, ignoreCase: true });
  return trustActions.some((one) => matches(pattern, one, noContext) === true);
}

function checkTrust(statements: readonly Fields[]): void {
  statements.forEach(checkLegacy);
  if (statements.some((one) => 'Resource' in one || 'NotResource' in one))
    throw new MalformedPolicy('Has prohibited field Resource');
  if (statements.some((one) => !('Principal' in one || 'NotPrincipal' in one)))
    throw new MalformedPolicy('Missing required field Principal');
  checkSids(statements);
  checkPresence(statements, 'Action', 'Policy statement must contain actions.');
  checkActions(statements);
  const actions = statements.flatMap((one) => listOf(one.Action ?? one.NotAction).filter((text) => text !== null));
  if (!actions.every((action) => isTrustAction(String(action))))
    throw new MalformedPolicy('AssumeRole policy may only specify STS AssumeRole actions.');
}

/** `managed` is an identity-based policy of its own; `identity` one that is written into an identity or limits a session. */
export type NewPolicyKind = 'managed' | 'identity' | 'trust';

/** A new document of IAM's own. Throws MalformedPolicy with IAM's sentence. */
export function readNewPolicy(text: string, kind: NewPolicyKind, name = ''): Policy {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw kind === 'trust' ? new MalformedPolicy('This policy contains invalid Json') : syntaxError();
  }
  checkSyntax(document);
  const statements = statementsOf(document);
  // Only managed policies must be of the newer version; an inline policy without one is of 2008-10-17.
  if (kind === 'managed' && document.Version !== '2012-10-17')
    throw new MalformedPolicy('Policy document must be version 2012-10-17 or greater.');
  if (kind === 'trust') checkTrust(statements);
  else checkIdentity(statements);
  return parsePolicy(text, kind === 'trust' ? 'trust' : 'identity', name);
}
