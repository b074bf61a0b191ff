/**
 * Where user code fetches its role's credentials: https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 * The token that a job is given is sealed under the platform's key and names the role: nothing is stored, and nothing else opens it.
 */
import type { Identity } from '../../contract/identity.ts';
import type { Clock } from '../../kit/clock.ts';
import { createSealer } from './sealed.ts';

/** As long as a task's credentials live on AWS; SDKs fetch new ones before they end. */
const lifetimeMs = 6 * 3_600_000;

export interface ContainerCredentials {
  /** For the environment of a job that runs under the role. */
  tokenFor(roleArn: string, sessionName: string): string;
  /** The answer in the SDKs' form; undefined for a token that was not given out here. */
  answer(token: string): Promise<Record<string, string> | undefined>;
}

export function containerCredentials(platformKey: Buffer, identity: Identity, clock: Clock): ContainerCredentials {
  const sealer = createSealer(platformKey, 'container-credentials');
  return {
    tokenFor: (roleArn, sessionName) =>
      sealer.seal(JSON.stringify({ roleArn, sessionName, givenAt: clock.now().getTime() }), ''),
    async answer(token) {
      const opened = sealer.open(token, '');
      if (opened === undefined) return undefined;
      const { roleArn, sessionName } = JSON.parse(opened) as { roleArn: string; sessionName: string };
      const credentials = await identity.issueCredentials(roleArn, sessionName, lifetimeMs);
      return {
        AccessKeyId: credentials.accessKeyId,
        SecretAccessKey: credentials.secretAccessKey,
        Token: credentials.sessionToken,
        Expiration: credentials.expiration.toISOString(),
        RoleArn: roleArn,
      };
    },
  };
}
