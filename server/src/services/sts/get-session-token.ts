/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html: for users and root, no permission needed. */
import { toCredentials } from './credentials.ts';
import type { StsOperation } from './deps.ts';
import { wrongTokenCode } from './session-request.ts';

const hour = 3600;

export const getSessionToken: StsOperation<'GetSessionToken'> = {
  audit: { returnsCredentials: true },
  access: () => [],
  handle(input, call, deps) {
    const { kind, accessKeyId } = call.principal;
    if ((kind !== 'user' && kind !== 'root') || accessKeyId?.startsWith('ASIA')) {
      throw call.error('AccessDenied', 'Cannot call GetSessionToken with session credentials', { status: 403 });
    }
    if (input.SerialNumber !== undefined || input.TokenCode !== undefined) throw wrongTokenCode(call);
    // Root's sessions end after an hour, whatever was requested.
    const wanted = input.DurationSeconds ?? 12 * hour;
    const seconds = kind === 'root' ? Math.min(wanted, hour) : wanted;
    return { Credentials: toCredentials(deps.sessions.issueSessionToken(call.principal, seconds * 1000)) };
  },
};
