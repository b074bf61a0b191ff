/**
 * STS: the table of its operations.
 *
 * Gaps:
 * - AssumeRoleWithWebIdentity, AssumeRoleWithSAML and AssumeRoot answer 501.
 * - Second factors (MFA) are refused.
 *
 * Differs from AWS by design:
 * - Temporary credentials are sealed tokens and are not stored; those of a deleted role or user end at once.
 * - Root may assume roles.
 * - Session policies and tags are packed in our own format, so PackedPolicySize differs.
 * - Every refusal has the message for DecodeAuthorizationMessage in a header: x-clary-encoded-authorization-message.
 */
import { defineService, type Service } from '../../contract/service.ts';
import { assumeRole } from './assume-role.ts';
import { decodeAuthorizationMessage } from './decode-authorization-message.ts';
import type { StsDeps } from './deps.ts';
import { getAccessKeyInfo } from './get-access-key-info.ts';
import { getCallerIdentity } from './get-caller-identity.ts';
import { getFederationToken } from './get-federation-token.ts';
import { getSessionToken } from './get-session-token.ts';

export function stsService(deps: StsDeps): Service {
  return defineService('sts', deps, {
    AssumeRole: assumeRole,
    DecodeAuthorizationMessage: decodeAuthorizationMessage,
    GetAccessKeyInfo: getAccessKeyInfo,
    GetCallerIdentity: getCallerIdentity,
    GetFederationToken: getFederationToken,
    GetSessionToken: getSessionToken,
  });
}
