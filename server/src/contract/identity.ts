/** What the gateway asks of whoever keeps identities (services/iam fulfils it; main.ts hands it over). */
import type { Access } from './operation.ts';
import type { Principal } from './principal.ts';

export interface SigningKey {
  readonly principal: Principal;
  readonly secretAccessKey: string;
  /** For temporary credentials: when they end. */
  readonly expiration?: Date;
}

export type Decision = { readonly allowed: true } | { readonly allowed: false; readonly reason: string };

export interface TemporaryCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

export interface Identity {
  /** The key behind an access key id, with the session token that came along for temporary ones. Answers synchronously what is cached. */
  findSigningKey(
    accessKeyId: string,
    sessionToken: string | undefined,
  ): SigningKey | undefined | Promise<SigningKey | undefined>;
  /** Whether the principal may do all of this. Synchronous where the policies are cached. */
  authorize(
    principal: Principal,
    access: readonly Access[],
    context: Readonly<Record<string, string>>,
  ): Decision | Promise<Decision>;
  /** The session principal of a role handed to a service. Throws AwsError AccessDenied where the role is missing or does not trust the service. */
  assumeForService(roleArn: string, servicePrincipal: string, sessionName: string): Promise<Principal>;
  /** Credentials for user code that runs under a role (the container credentials endpoint). */
  issueCredentials(roleArn: string, sessionName: string, lifetimeMs: number): Promise<TemporaryCredentials>;
}
