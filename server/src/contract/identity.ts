/** What the gateway asks of whoever keeps identities (services/iam fulfils it; main.ts hands it over). */
import type { Access } from './operation.ts';
import type { Principal } from './principal.ts';

export interface SigningKey {
  readonly principal: Principal;
  readonly secretAccessKey: string;
  /** For temporary credentials: when they end. */
  readonly expiration?: Date;
}

/** `reason` is AWS's whole sentence: `User: … is not authorized to perform: … on resource: … because …`. */
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
    /** Condition keys of the request; asked for only where a policy has to be evaluated. */
    context: () => Readonly<Record<string, string>>,
  ): Decision | Promise<Decision>;
  /** The session principal of a role handed to a service. Throws AwsError AccessDenied where the role is missing or does not trust the service. */
  assumeForService(roleArn: string, servicePrincipal: string, sessionName: string): Promise<Principal>;
  /** Credentials for user code that runs under a role (the container credentials endpoint). */
  issueCredentials(roleArn: string, sessionName: string, lifetimeMs: number): Promise<TemporaryCredentials>;
}

/** A job, function or model that runs under a role. */
export interface RoleRun {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly region: string;
  /** Its credentials end then; a run without an end (a model) leaves it out. */
  readonly lifetimeMs?: number;
}

export interface AssumeRoleRequest {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly lifetimeMs: number;
  /** Condition keys of the request, for example `{ 'sts:ExternalId': '…' }`. */
  readonly context: Readonly<Record<string, string>>;
}

/** Temporary credentials on a caller's own request (services/sts asks, services/iam fulfils; main.ts hands it over). */
export interface Sessions {
  /** Throws AwsError AccessDenied where the role is missing or its trust policy and the caller's policies do not allow it, ValidationError for a lifetime above the role's. */
  assumeRole(
    caller: Principal,
    request: AssumeRoleRequest,
  ): Promise<{ readonly principal: Principal; readonly credentials: TemporaryCredentials }>;
  /** Credentials for the caller itself: a user or the account's root. */
  issueSessionToken(caller: Principal, lifetimeMs: number): TemporaryCredentials;
}
