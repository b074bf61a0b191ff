/**
 * STS: the table of its operations.
 *
 * Gaps: session policies and session tags are refused; AssumeRoleWithWebIdentity, AssumeRoleWithSAML, GetFederationToken,
 * GetAccessKeyInfo and DecodeAuthorizationMessage answer 501. A user's session token may call IAM without MFA.
 * Differs by design: temporary credentials are sealed tokens, no table; those of a deleted role or user end at once.
 */
import { defineService, type Service } from '../../contract/service.ts';
import { assumeRole } from './assume-role.ts';
import type { StsDeps } from './deps.ts';
import { getCallerIdentity } from './get-caller-identity.ts';
import { getSessionToken } from './get-session-token.ts';

export function stsService(deps: StsDeps): Service {
  return defineService('sts', deps, {
    AssumeRole: assumeRole,
    GetCallerIdentity: getCallerIdentity,
    GetSessionToken: getSessionToken,
  });
}
