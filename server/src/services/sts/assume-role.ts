/**
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 * The role's trust policy and the caller's own policies decide together, so the decision is made by whoever keeps identities, in `handle`.
 */

import { toCredentials } from './credentials.ts';
import type { StsOperation } from './deps.ts';

const defaultDurationSeconds = 3600;

export const assumeRole: StsOperation<'AssumeRole'> = {
  access: () => [],
  async handle(input, call, deps) {
    // A session policy or tags narrow what a session may do: better refused than ignored.
    const { Policy: policy, SourceIdentity: sourceIdentity } = input;
    if (
      policy ||
      sourceIdentity ||
      [input.PolicyArns, input.Tags, input.TransitiveTagKeys].some((list) => list?.length)
    ) {
      throw call.error('ValidationError', 'Session policies, session tags and source identities are not supported.');
    }
    const { principal, credentials } = await deps.sessions.assumeRole(call.principal, {
      roleArn: input.RoleArn,
      sessionName: input.RoleSessionName,
      lifetimeMs: (input.DurationSeconds ?? defaultDurationSeconds) * 1000,
      context: {
        'aws:SourceIp': call.sourceIp,
        'aws:RequestedRegion': call.region,
        ...(input.ExternalId === undefined ? {} : { 'sts:ExternalId': input.ExternalId }),
      },
    });
    return {
      Credentials: toCredentials(credentials),
      AssumedRoleUser: { AssumedRoleId: principal.userId, Arn: principal.arn },
      PackedPolicySize: 0,
    };
  },
};
