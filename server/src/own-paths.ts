/** The platform's own paths below /_clary: its health, the credentials of jobs, and the reset, where that is allowed. */
import { timingSafeEqual } from 'node:crypto';
import packageJson from '../package.json' with { type: 'json' };
import type { OwnPath } from './gateway/server.ts';
import { OtherServer } from './resettable-platform.ts';
import { credentialsPath } from './services/iam/container-credentials.ts';
import type { RunCredentials } from './services/service-module.ts';
import type { WireResponse } from './wire/protocol.ts';

export interface OwnPathsOptions {
  readonly allowReset: boolean;
  /** Needs no key. */
  readonly anyCredentials: boolean;
  readonly administratorSecret: string;
  readonly credentials: () => RunCredentials;
  readonly reset: () => Promise<void>;
}

const json = (status: number, value: unknown): WireResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});

export function ownPaths({
  allowReset,
  anyCredentials,
  administratorSecret,
  credentials,
  reset,
}: OwnPathsOptions): OwnPath {
  async function answerReset(authorization: string): Promise<WireResponse> {
    const given = Buffer.from(authorization);
    const wanted = Buffer.from(`Bearer ${administratorSecret}`);
    if (!anyCredentials && (given.length !== wanted.length || !timingSafeEqual(given, wanted))) {
      return json(403, {
        message: 'A reset needs the administrator’s secret key: Authorization: Bearer <secret access key>',
      });
    }
    try {
      await reset();
    } catch (error) {
      if (!(error instanceof OtherServer)) throw error;
      return json(409, { message: error.message });
    }
    return json(200, { status: 'reset' });
  }

  return async ({ method, path, headers }) => {
    if (method === 'GET' && path === '/_clary/health') return json(200, { status: 'ok', version: packageJson.version });
    if (method === 'GET' && path === credentialsPath) {
      const answer = await credentials()
        .answer(headers.authorization ?? '')
        .catch(() => undefined);
      return answer ? json(200, answer) : json(403, { code: 'AccessDenied', message: 'This token is not valid.' });
    }
    if (method === 'POST' && path === '/_clary/reset' && allowReset) return answerReset(headers.authorization ?? '');
    return undefined;
  };
}
