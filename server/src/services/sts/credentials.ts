/** Temporary credentials in STS's format. */
import type { Credentials } from '@aws-sdk/client-sts';
import type { TemporaryCredentials } from '../../contract/identity.ts';

export function toCredentials(credentials: TemporaryCredentials): Credentials {
  return {
    AccessKeyId: credentials.accessKeyId,
    SecretAccessKey: credentials.secretAccessKey,
    SessionToken: credentials.sessionToken,
    Expiration: credentials.expiration,
  };
}
