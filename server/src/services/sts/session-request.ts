/** What AssumeRole and GetFederationToken have in common. */
import type { PolicyDescriptorType, Tag } from '@aws-sdk/client-sts';
import type { Call } from '../../contract/call.ts';
import type { SessionRequest } from '../../contract/identity.ts';

interface SessionInput {
  readonly Policy?: string | undefined;
  readonly PolicyArns?: readonly PolicyDescriptorType[] | undefined;
  readonly Tags?: readonly Tag[] | undefined;
  readonly ExternalId?: string | undefined;
}

export function readSessionRequest(input: SessionInput, call: Call, seconds: number): SessionRequest {
  return {
    lifetimeMs: seconds * 1000,
    policy: input.Policy,
    policyArns: (input.PolicyArns ?? []).flatMap(({ arn }) => arn ?? []),
    tags: (input.Tags ?? []).map(({ Key: key = '', Value: value = '' }) => ({ key, value })),
    context: {
      'aws:SourceIp': call.sourceIp,
      'aws:RequestedRegion': call.region,
      'aws:SecureTransport': String(call.secure),
      'sts:ExternalId': input.ExternalId,
      'sts:DurationSeconds': String(seconds),
    },
  };
}

/** No user has a second factor here. */
export const wrongTokenCode = (call: Call) =>
  call.error('AccessDenied', 'MultiFactorAuthentication failed with invalid MFA one time pass code.', { status: 403 });
