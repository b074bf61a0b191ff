/** The prepared input of the two simulations. */
import type { ContextEntry, EvaluationResult } from '@aws-sdk/client-iam';
import { parseArn, partitionIn } from '../../../contract/arn.ts';
import type { Call } from '../../../contract/call.ts';
import type { Principal } from '../../../contract/principal.ts';
import { formatEntityArn } from '../entities/kinds.ts';
import { readPageRange, toPage } from '../page.ts';
import type { ContextSource } from '../policy/context.ts';
import { MalformedPolicy, type Policy, type PolicyKind, parsePolicy } from '../policy/policy-document.ts';
import { readNewPolicy } from '../policy/policy-grammar.ts';
import { principalContext } from '../principal-context.ts';
import type { PolicySource } from './policy-source.ts';
import { type Simulation, simulate } from './simulate.ts';

export interface SimulationInput {
  readonly PolicyInputList?: readonly string[] | undefined;
  readonly PermissionsBoundaryPolicyInputList?: readonly string[] | undefined;
  readonly ActionNames: readonly string[];
  readonly ResourceArns?: readonly string[] | undefined;
  readonly ResourcePolicy?: string | undefined;
  readonly ResourceOwner?: string | undefined;
  readonly CallerArn?: string | undefined;
  readonly ContextEntries?: readonly ContextEntry[] | undefined;
  readonly ResourceHandlingOption?: string | undefined;
  readonly MaxItems?: number | undefined;
  readonly Marker?: string | undefined;
}

export function readPolicy(text: string, kind: PolicyKind, name: string, call: Call): Policy {
  try {
    return kind === 'resource' ? parsePolicy(text, kind, name) : readNewPolicy(text, kind, name);
  } catch (error) {
    if (!(error instanceof MalformedPolicy)) throw error;
    throw call.error('InvalidInput', error.message, { cause: error });
  }
}

export const readPolicies = (texts: readonly string[] | undefined, call: Call): Policy[] =>
  (texts ?? []).map((text, index) => readPolicy(text, 'identity', `PolicyInputList.${index + 1}`, call));

const unclearArn = (arn: string, call: Call) =>
  call.error('InvalidInput', `Invalid Entity Arn: ${arn} does not clearly define entity type and name.`);

interface EntityName {
  readonly kind: 'user' | 'group' | 'role';
  readonly account: string;
  readonly name: string;
}

/** The ARN of a user, group or role in its parts. */
export function readEntityArn(arn: string, call: Call): EntityName {
  const parsed = parseArn(arn);
  const [, kind, name] = /^(user|group|role)\/(?:.*\/)?([^/]+)$/.exec(parsed?.resource ?? '') ?? [];
  if (parsed?.service !== 'iam' || (kind !== 'user' && kind !== 'group' && kind !== 'role') || name === undefined) {
    throw unclearArn(arn, call);
  }
  return { kind, account: parsed.account, name };
}

/** The user or a session of the role; `subject` where the simulated caller really exists. */
function toCaller(arn: string, subject: PolicySource | undefined, call: Call): Principal {
  const { kind, account, name } = readEntityArn(arn, call);
  if (kind === 'group') throw call.error('InvalidInput', `Invalid CallerArn: ${arn} is not a user.`);
  const id = subject?.arn === arn ? subject.id : '';
  if (kind === 'user') return { kind, account, arn, userId: id };
  const session = `arn:${partitionIn(arn)}:sts::${account}:assumed-role/${name}/${name}`;
  return { kind: 'assumed-role', account, arn: session, userId: id && `${id}:${name}`, roleArn: arn };
}

/** The keys that follow from the caller; all others come from the simulation's request. */
function callerContext(caller: Principal, subject: PolicySource | undefined, now: Date): ContextSource {
  const known = Object.entries(principalContext(caller, subject?.tags ?? {}, now));
  const followed = known.filter(([key]) => /^aws:(Principal(Tag|Arn|Account|Type)|username)/.test(key));
  return { ...Object.fromEntries(followed), 'aws:userid': caller.userId || undefined };
}

function readEntries(entries: readonly ContextEntry[] | undefined, call: Call): ContextSource {
  const read = ({ ContextKeyName: key, ContextKeyValues: values = [], ContextKeyType: type }: ContextEntry) => {
    if (key === undefined) throw call.error('InvalidInput', 'A context entry has no ContextKeyName.');
    const isList = type?.endsWith('List') ?? values.length > 1;
    if (!isList && values.length > 1) {
      throw call.error('InvalidInput', `The context key ${key} of type ${type} can have one value only.`);
    }
    return [key, isList ? values : values[0]] as const;
  };
  return Object.fromEntries((entries ?? []).map(read));
}

function readResource({ ResourcePolicy: text, ResourceOwner: owner }: SimulationInput, caller: Principal, call: Call) {
  const account =
    owner === undefined ? caller.account : (/^(?:arn:aws[a-z-]*:iam::)?(\d{12})(?::root)?$/.exec(owner)?.[1] ?? '');
  if (account === '') throw call.error('InvalidInput', `Invalid ResourceOwner: ${owner}`);
  return text === undefined ? undefined : { account, policy: readPolicy(text, 'resource', 'ResourcePolicy', call) };
}

function readBoundary(texts: readonly string[] | undefined, call: Call): Policy | undefined {
  const [first, ...more] = texts ?? [];
  if (more.length > 0) throw call.error('InvalidInput', 'Only one permissions boundary can be simulated.');
  return first === undefined ? undefined : readPolicy(first, 'identity', 'PermissionsBoundaryPolicyInputList.1', call);
}

/** `source` is whose policies are simulated, where it exists. */
export function readSimulation(input: SimulationInput, source: PolicySource | undefined, call: Call): Simulation {
  if (input.ResourceHandlingOption !== undefined) {
    throw call.error('InvalidInput', `ResourceHandlingOption ${input.ResourceHandlingOption} is not supported.`);
  }
  // Who calls, where a group is simulated, is any user of the account.
  const callerArn = input.CallerArn ?? (source?.kind === 'group' ? undefined : source?.arn);
  const mustName = input.CallerArn === undefined && source?.kind !== 'user';
  if (mustName && input.ResourcePolicy !== undefined) {
    throw call.error('InvalidInput', 'CallerArn must be specified when ResourcePolicy is specified.');
  }
  const caller = toCaller(callerArn ?? formatEntityArn(call, 'user', '/', 'simulated'), source, call);
  const boundary = readBoundary(input.PermissionsBoundaryPolicyInputList, call) ?? source?.boundary;
  const own = callerArn === undefined ? {} : callerContext(caller, source, call.now);
  return {
    caller,
    permissions: { identity: [...(source?.policies ?? []), ...readPolicies(input.PolicyInputList, call)], boundary },
    resource: readResource(input, caller, call),
    context: { ...own, ...readEntries(input.ContextEntries, call) },
    resources: input.ResourceArns ?? [],
  };
}

export interface SimulationAnswer {
  readonly EvaluationResults: EvaluationResult[];
  readonly IsTruncated: boolean;
  readonly Marker: string | undefined;
}

/** "IAM might return fewer results, even when there are more": so that no request keeps the server from the others for long. */
const decisionsPerPage = 2000;

/** One page of results, of which there is one for each action. */
export function answerSimulation(input: SimulationInput, simulation: Simulation, call: Call): SimulationAnswer {
  const wrong = input.ActionNames.find((action) => !/^[a-zA-Z0-9-]+:[a-zA-Z0-9]+$/.test(action));
  if (wrong !== undefined) throw call.error('InvalidInput', `Invalid action: ${wrong}`);
  const asked = readPageRange(input, call);
  const most = Math.max(1, Math.floor(decisionsPerPage / Math.max(1, simulation.resources.length)));
  const range = { ...asked, limit: Math.min(asked.limit, most) };
  const from = range.after === undefined ? 0 : Number(range.after);
  if (!Number.isInteger(from)) throw call.error('InvalidInput', 'Invalid Marker.');
  const rows = input.ActionNames.map((action, index) => ({ action, next: String(index + 1) }));
  const page = toPage(rows.slice(from, from + range.limit + 1), range, ({ next }) => next);
  return {
    EvaluationResults: page.rows.map(({ action }) => simulate(simulation, action)),
    IsTruncated: page.IsTruncated,
    Marker: page.Marker,
  };
}
