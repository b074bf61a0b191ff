/**
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 * The role's trust policy and the caller's own policies decide together, so the identity service decides, in `handle`.
 */

import { toCredentials } from './credentials.ts';
import type { StsOperation } from './deps.ts';
import { readSessionRequest, wrongTokenCode } from './session-request.ts';

const defaultDurationSeconds = 3600;

export const assumeRole: StsOperation<'AssumeRole'> = {
  audit: { readOnly: true, returnsCredentials: true },
  access: () => [],
  async handle(input, call, deps) {
    if (input.SerialNumber !== undefined || input.TokenCode !== undefined) throw wrongTokenCode(call);
    const { principal, credentials, packedPolicySize } = await deps.sessions.assumeRole(call.principal, {
      ...readSessionRequest(input, call, input.DurationSeconds ?? defaultDurationSeconds),
      roleArn: input.RoleArn,
      sessionName: input.RoleSessionName,
      transitiveTagKeys: input.TransitiveTagKeys ?? [],
      sourceIdentity: input.SourceIdentity,
    });
    return {
      Credentials: toCredentials(credentials),
      AssumedRoleUser: { AssumedRoleId: principal.userId, Arn: principal.arn },
      PackedPolicySize: packedPolicySize,
      SourceIdentity: principal.session?.sourceIdentity,
    };
  },
};
