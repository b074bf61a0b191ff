/** The middle of every call, over HTTP or in process: authorize → validate → handle. */
import { AwsError } from '../contract/aws-error.ts';
import type { Call } from '../contract/call.ts';
import type { Decision, Identity } from '../contract/identity.ts';
import type { Access, BoundOperation, ContextValue } from '../contract/operation.ts';
import type { OperationModel, ServiceModel } from '../models/service-model.ts';
import { structureOf } from '../models/shape.ts';
import { validationCode, validationMessage, violations } from '../models/validate.ts';
import type { RequestFormat } from './format.ts';
import type { Decide } from './gateway-call.ts';
import { refusal } from './refusals.ts';
import { tagContext } from './tag-context.ts';

export interface Performance {
  readonly model: ServiceModel;
  readonly operation: OperationModel;
  readonly bound: BoundOperation;
  readonly format: RequestFormat;
}

/** How a call's permissions are decided. `headers`: those of a request over HTTP. */
export const decider =
  (identity: Identity, input: unknown, headers?: Readonly<Record<string, string>>): Decide =>
  (access, call) =>
    identity.authorize(call.principal, access, () => requestContext(headers, input, call));

/** Synchronous up to the operation where nothing has to be looked up. */
export function perform(performance: Performance, input: unknown, call: Call): Promise<unknown> | unknown {
  const { bound } = performance;
  const decide = (access: readonly Access[]) => {
    const decision = call.authorize(access);
    return decision instanceof Promise ? decision.then(proceed) : proceed(decision);
  };
  const proceed = (decision: Decision) => {
    if (!decision.allowed) throw denied(performance.format, decision);
    validate(performance, input);
    return bound.handle(input, call);
  };
  const access = bound.access(input, call);
  return access instanceof Promise ? access.then(decide) : decide(access);
}

function validate({ model, operation, format }: Performance, input: unknown): void {
  if (format.traits.validation?.byOperations) return;
  const found = violations(model, operation, input);
  if (found.length === 0) return;
  const missing = format.traits.validation?.missingDocument;
  if (missing && isDocumentMissing(operation, input))
    throw new AwsError(missing.code, missing.message, { status: 400 });
  throw new AwsError(validationCode(model, format.protocol), validationMessage(found), { status: 400 });
}

function isDocumentMissing(operation: OperationModel, input: unknown): boolean {
  const payload = structureOf(operation.input).members.find(({ http, required }) => http.payload && required);
  return payload !== undefined && (input as Readonly<Record<string, unknown>>)[payload.name] === undefined;
}

type Denied = Extract<Decision, { allowed: false }>;

/** The details go in a header, because AWS's answers have no member for them: only sts:DecodeAuthorizationMessage can read it. */
function denied(format: RequestFormat, { reason, encodedMessage }: Denied): AwsError {
  const { code, message, status } = refusal('denied', format, reason);
  const headers = { 'x-clary-encoded-authorization-message': encodedMessage };
  return new AwsError(code, message, { headers, ...(status !== undefined && { status }) });
}

/** Condition keys of every request: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html */
export function requestContext(
  headers: Readonly<Record<string, string>> | undefined,
  input: unknown,
  call: Pick<Call, 'sourceIp' | 'secure' | 'now' | 'region'>,
): Record<string, ContextValue> {
  return {
    ...tagContext(input),
    'aws:SourceIp': call.sourceIp,
    'aws:SecureTransport': String(call.secure),
    'aws:CurrentTime': call.now.toISOString(),
    'aws:EpochTime': String(Math.floor(call.now.getTime() / 1000)),
    'aws:RequestedRegion': call.region,
    'aws:UserAgent': headers?.['user-agent'],
    'aws:Referer': headers?.referer,
  };
}
