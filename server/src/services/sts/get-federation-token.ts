/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html */
import { formatGlobalArn } from '../../contract/arn.ts';
import { toCredentials } from './credentials.ts';
import type { StsOperation } from './deps.ts';
import { readSessionRequest } from './session-request.ts';

const hour = 3600;

export const getFederationToken: StsOperation<'GetFederationToken'> = {
  audit: { returnsCredentials: true },
  access(input, call) {
    const resource = formatGlobalArn('sts', call.region, call.account, `federated-user/${input.Name ?? ''}`);
    return [
      { action: 'sts:GetFederationToken', resource },
      ...(input.Tags?.length ? [{ action: 'sts:TagSession', resource }] : []),
    ];
  },
  async handle(input, call, deps) {
    const { kind, accessKeyId } = call.principal;
    if ((kind !== 'user' && kind !== 'root') || accessKeyId?.startsWith('ASIA')) {
      throw call.error('AccessDenied', 'Cannot call GetFederationToken with session credentials', { status: 403 });
    }
    // Root's sessions end after an hour, whatever was requested.
    const wanted = input.DurationSeconds ?? 12 * hour;
    const seconds = kind === 'root' ? Math.min(wanted, hour) : wanted;
    const { principal, credentials, packedPolicySize } = await deps.sessions.federate(
      call.principal,
      input.Name,
      readSessionRequest(input, call, seconds),
    );
    return {
      Credentials: toCredentials(credentials),
      FederatedUser: { FederatedUserId: principal.userId, Arn: principal.arn },
      PackedPolicySize: packedPolicySize,
    };
  },
};
