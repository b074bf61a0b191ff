/**
 * Where user code fetches its role's credentials: https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 * The token that a run is given is sealed under the platform's key and names the run and its role: nothing is stored, and nothing else opens it. It ends
 * with the run, and so do the credentials that it opened.
 */
import type { Identity, IsRunning, RoleRun, ServiceRoleRequest } from '../../contract/identity.ts';
import type { Clock } from '../../kit/clock.ts';
import { createSealer } from '../../kit/sealed.ts';
import type { RunCredentials } from '../service-module.ts';

/** As long as a task's credentials live on AWS; SDKs fetch new ones before they end. */
const lifetimeMs = 6 * 3_600_000;

export const credentialsPath = '/_clary/credentials';

interface TokenContent extends ServiceRoleRequest {
  readonly run: string;
  readonly endsAt?: number;
}

export interface ContainerCredentialsOptions {
  readonly platformKey: Buffer;
  readonly identity: Identity;
  readonly clock: Clock;
  readonly isRunning: IsRunning;
  /** The platform's address, as this machine reaches it. */
  readonly endpoint: Promise<string>;
}

export function containerCredentials(options: ContainerCredentialsOptions): RunCredentials {
  const { identity, clock, endpoint, isRunning } = options;
  const sealer = createSealer(options.platformKey, 'container-credentials');
  const tokenFor = ({ region: _region, lifetimeMs: lasts, ...request }: RoleRun): string => {
    const content: TokenContent = { ...request, ...(lasts ? { endsAt: clock.now().getTime() + lasts } : {}) };
    return sealer.seal(JSON.stringify(content), '');
  };
  return {
    async environment(run) {
      const url = await endpoint;
      return {
        AWS_ENDPOINT_URL: url,
        AWS_REGION: run.region,
        AWS_DEFAULT_REGION: run.region,
        AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}${credentialsPath}`,
        AWS_CONTAINER_AUTHORIZATION_TOKEN: tokenFor(run),
      };
    },
    async answer(token) {
      const opened = sealer.open(token, '');
      if (opened === undefined) return undefined;
      const { endsAt, run, ...request } = JSON.parse(opened) as TokenContent;
      if (endsAt !== undefined && endsAt <= clock.now().getTime()) return undefined;
      if (!(await isRunning(run))) return undefined;
      const credentials = await identity.issueCredentials(request, lifetimeMs, run);
      return {
        AccessKeyId: credentials.accessKeyId,
        SecretAccessKey: credentials.secretAccessKey,
        Token: credentials.sessionToken,
        Expiration: credentials.expiration.toISOString(),
        RoleArn: request.roleArn,
      };
    },
  };
}
