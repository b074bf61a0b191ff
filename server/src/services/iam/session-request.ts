/**
 * What a request for temporary credentials says of the session: its policies and tags, and their limits.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
import { deflateRawSync } from 'node:zlib';
import { AwsError } from '../../contract/aws-error.ts';
import type { SessionRequest } from '../../contract/identity.ts';
import type { Session } from '../../contract/principal.ts';
import { mergeTags } from './permissions.ts';
import type { ContextSource } from './policy/context.ts';
import { MalformedPolicy } from './policy/policy-document.ts';
import { readNewPolicy } from './policy/policy-grammar.ts';
import type { SubjectCache } from './subject-cache.ts';

const plainTextLimit = 2048;
/** AWS does not say how it packs and how much room there is; this much still travels in an HTTP header. */
const packedLimit = 2048;

const invalid = (message: string) => new AwsError('InvalidParameterValue', message);

function checkPolicy(policy: string | undefined): void {
  if (policy === undefined) return;
  try {
    readNewPolicy(policy, 'identity');
  } catch (error) {
    if (!(error instanceof MalformedPolicy)) throw error;
    throw new AwsError('MalformedPolicyDocument', error.message, { cause: error });
  }
}

/**
 * Managed session policies are AWS's or of the session's own account. Looked up only for callers that may have the session: others learn nothing
 * of what exists.
 */
export async function checkManagedPolicies(
  arns: readonly string[],
  account: string,
  cache: SubjectCache,
): Promise<void> {
  for (const arn of arns) {
    const isNear = ['aws', account].includes(arn.split(':')[4] ?? '');
    if (!isNear || !(await cache.findPolicy(arn))) {
      throw invalid(`Policy ${arn} does not exist or is not attachable.`);
    }
  }
}

/** Sentences as observed from STS. */
function checkTags(keys: readonly string[], transitive: readonly string[], inherited: readonly string[]): void {
  const folded = new Set(keys.map((key) => key.toLowerCase()));
  if (folded.size < keys.length) {
    throw invalid('Duplicate tag keys found. Please note that Tag keys are case insensitive.');
  }
  if (inherited.some((key) => folded.has(key.toLowerCase()))) {
    throw invalid(
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
    );
  }
  if (transitive.some((key) => !folded.has(key.toLowerCase()))) {
    throw invalid('The specified transitive tag key must be included in the requested tags.');
  }
}

/** Percents of the room; undefined where nothing is packed. */
function packedSize(policies: Session['policies'], tags: Readonly<Record<string, string>>): number | undefined {
  const { inline, arns = [] } = policies ?? {};
  if (inline === undefined && arns.length === 0 && Object.keys(tags).length === 0) return undefined;
  const packed = deflateRawSync(JSON.stringify([inline, arns, tags])).length;
  const plain = [inline ?? '', ...arns].join('').length;
  const percent = Math.ceil((100 * packed) / packedLimit);
  const fullest = Math.max(percent, Math.ceil((100 * plain) / plainTextLimit));
  if (packed > packedLimit || plain > plainTextLimit) {
    throw new AwsError(
      'PackedPolicyTooLarge',
      inline === undefined && arns.length === 0
        ? `Packed size of session tags consumes ${fullest}% of allotted space.`
        : `Packed policy consumes ${fullest}% of allotted space, please use smaller policy.`,
    );
  }
  return percent;
}

export interface SessionPlan {
  readonly session: Session;
  readonly packedPolicySize: number | undefined;
  /** Tags that come with this request or from the caller's session. */
  readonly hasTags: boolean;
}

export interface SessionPlanRequest extends SessionRequest {
  readonly transitiveTagKeys: readonly string[];
  readonly sourceIdentity?: string | undefined;
}

/** `calling` is the caller's session, whose transitive tags and source identity are inherited. Throws STS's errors. */
export function planSession(request: SessionPlanRequest, calling: Session | undefined, now: Date): SessionPlan {
  checkPolicy(request.policy);
  const inherited = new Set(calling?.transitiveTagKeys);
  const going = Object.fromEntries(Object.entries(calling?.tags ?? {}).filter(([key]) => inherited.has(key)));
  const keys = request.tags.map(({ key }) => key);
  checkTags(keys, request.transitiveTagKeys, [...inherited]);
  const asked = Object.fromEntries(request.tags.map(({ key, value }) => [key, value]));
  const tags = mergeTags(going, asked);
  const wanted = new Set(request.transitiveTagKeys.map((key) => key.toLowerCase()));
  const transitive = [...inherited, ...keys.filter((key) => wanted.has(key.toLowerCase()))];
  const { policy: inline, policyArns: arns } = request;
  const policies = inline === undefined && arns.length === 0 ? undefined : { ...(inline && { inline }), arns };
  const sourceIdentity = request.sourceIdentity ?? calling?.sourceIdentity;
  const hasTags = Object.keys(tags).length > 0;
  return {
    session: {
      issuedAt: now.getTime(),
      ...(policies && { policies }),
      ...(hasTags && { tags }),
      ...(transitive.length > 0 && { transitiveTagKeys: transitive }),
      ...(sourceIdentity !== undefined && { sourceIdentity }),
    },
    packedPolicySize: packedSize(policies, asked),
    hasTags,
  };
}

/** The condition keys with which policies limit requests for sessions. */
export function sessionContext(request: SessionPlanRequest): ContextSource {
  return {
    ...request.context,
    ...Object.fromEntries(request.tags.map(({ key, value }) => [`aws:RequestTag/${key}`, value])),
    'aws:TagKeys': request.tags.map(({ key }) => key),
    'sts:TransitiveTagKeys': request.transitiveTagKeys,
    'sts:SourceIdentity': request.sourceIdentity,
  };
}
