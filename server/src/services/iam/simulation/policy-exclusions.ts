/** The policies that a simulation leaves out: https://docs.aws.amazon.com/IAM/latest/APIReference/API_PolicyIdentifier.html */
import { parseArn } from '../../../contract/arn.ts';
import type { Call } from '../../../contract/call.ts';
import type { PolicyOrigin } from '../policies/granted-policies.ts';
import { createClosedContext } from '../policy/context.ts';
import { compilePattern, matches } from '../policy/pattern.ts';

/** One of its members; the model's union, as a request may break it. */
export interface PolicyIdentifier {
  readonly PolicyType?: string | undefined;
  readonly PolicyArn?: string | undefined;
  readonly InlinePolicyIdentifier?:
    | { readonly PolicyName: string; readonly AttachmentType: string; readonly AttachmentName: string }
    | undefined;
}

type Excludes = (origin: PolicyOrigin | { readonly kind: 'boundary' }) => boolean;

const context = createClosedContext({});

/** `*` at most once, `?` as often as one likes. */
function readPattern(text: string, refuse: () => Error): (value: string) => boolean {
  if (text.split('*').length > 2) throw refuse();
  const pattern = compilePattern(text, { wildcards: true, variables: false });
  return (value) => matches(pattern, value, context) === true;
}

const isOfAws = (arn: string) => parseArn(arn)?.account === 'aws';

/** Service and resource control policies do not exist here: excluding them has no effect. */
const ofType =
  (type: string): Excludes =>
  (origin) => {
    if (origin.kind === 'inline') return type === 'inline';
    if (origin.kind === 'boundary') return type === 'permission-boundary';
    return type === (isOfAws(origin.arn) ? 'aws-managed' : 'user-managed');
  };

function readIdentifier(identifier: PolicyIdentifier, call: Call): Excludes {
  const refuse = () => call.error('InvalidInput', `Invalid policy identifier: ${JSON.stringify(identifier)}`);
  const { PolicyType: type, PolicyArn: arn, InlinePolicyIdentifier: inline } = identifier;
  if ([type, arn, inline].filter((member) => member !== undefined).length !== 1) throw refuse();
  if (type !== undefined) return ofType(type);
  if (arn !== undefined) {
    if (!/^arn:[a-z-]+:[a-z]+::[^:*?]*:[^:*?/]+\/./.test(arn)) throw refuse();
    const isMeant = readPattern(arn, refuse);
    return (origin) => origin.kind === 'managed' && isMeant(origin.arn);
  }
  const { PolicyName: name, AttachmentType: kind, AttachmentName: owner } = inline ?? {};
  // The documentation speaks of wildcards in names here, too; the model's own pattern for names does not let them in.
  return (origin) =>
    origin.kind === 'inline' &&
    origin.grant.policy_name === name &&
    origin.grant.owner_kind === kind &&
    origin.grant.owner_name === owner;
}

/** Whether a policy is left out. Throws InvalidInput for an identifier that cannot be read. */
export function readExclusions(identifiers: readonly PolicyIdentifier[] | undefined, call: Call): Excludes {
  const all = (identifiers ?? []).map((identifier) => readIdentifier(identifier, call));
  return (origin) => all.some((excludes) => excludes(origin));
}
