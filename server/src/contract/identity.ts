/** What the gateway needs to know about identities (implemented by services/iam, injected by platform.ts). */
import type { Access, ContextValue } from './access.ts';
import type { Principal } from './principal.ts';

export interface SigningKey {
  readonly principal: Principal;
  readonly secretAccessKey: string;
  /** For temporary credentials: when they end. */
  readonly expiration?: Date;
}

/** `reason` is AWS's whole sentence: `User: … is not authorized to perform: … on resource: … because …`. */
export type Decision =
  | { readonly allowed: true }
  | {
      readonly allowed: false;
      readonly reason: string;
      /** The details, for sts:DecodeAuthorizationMessage: the refused caller may not read them. */
      readonly encodedMessage: string;
    };

export interface TemporaryCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

export interface Identity {
  /** The key with an access key id, and its session token if it is temporary. Synchronous if cached. */
  findSigningKey(
    accessKeyId: string,
    sessionToken: string | undefined,
  ): SigningKey | undefined | Promise<SigningKey | undefined>;
  /** Whether the principal may do all of this. Synchronous where the policies are cached. */
  authorize(
    principal: Principal,
    access: readonly Access[],
    /** Condition keys of the request; computed only if a policy must be evaluated. */
    context: () => Readonly<Record<string, ContextValue>>,
  ): Decision | Promise<Decision>;
  /** The session principal of a role passed to a service. Throws AwsError AccessDenied if the role is missing or does not trust the service. */
  assumeForService(request: ServiceRoleRequest): Promise<Principal>;
  /** Credentials for user code that a service runs under a role (the container credentials endpoint). Throws as `assumeForService` does. */
  issueCredentials(request: ServiceRoleRequest, lifetimeMs: number, run: string): Promise<TemporaryCredentials>;
}

/** Whether the run whose credentials sign a request still continues. Synchronous if known: every such request calls this. */
export type IsRunning = (run: string) => boolean | Promise<boolean>;

/** A service that assumes a role that was passed to it. */
export interface ServiceRoleRequest {
  readonly roleArn: string;
  /** For example `sagemaker.amazonaws.com`. */
  readonly servicePrincipal: string;
  readonly sessionName: string;
  /** The resource for which it does so, a job for example: what trust policies see as aws:SourceArn. */
  readonly sourceArn: string;
}

/** A job, function or model that runs under a role. */
export interface RoleRun extends ServiceRoleRequest {
  /** Names the run for the service that started it: its credentials end with it. */
  readonly run: string;
  readonly region: string;
  /** Its credentials end then; a run without an end (a model) leaves it out. */
  readonly lifetimeMs?: number;
}

/** The options of a new session. */
export interface SessionRequest {
  readonly lifetimeMs: number;
  /** Session policies: JSON text, and ARNs of managed policies. */
  readonly policy?: string | undefined;
  readonly policyArns: readonly string[];
  readonly tags: readonly { readonly key: string; readonly value: string }[];
  /** Condition keys of the request, for example `{ 'sts:ExternalId': '…' }`. */
  readonly context: Readonly<Record<string, ContextValue>>;
}

export interface AssumeRoleRequest extends SessionRequest {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly transitiveTagKeys: readonly string[];
  readonly sourceIdentity?: string | undefined;
}

export interface IssuedSession {
  readonly principal: Principal;
  readonly credentials: TemporaryCredentials;
  /** Used percentage of the size limit of policies and tags; absent without them. */
  readonly packedPolicySize?: number | undefined;
}

/** Temporary credentials on a caller's own request (used by services/sts, implemented by services/iam, injected by platform.ts). */
export interface Sessions {
  /**
   * Throws AwsError AccessDenied where the role is missing or its trust policy and the caller's policies do not allow it, ValidationError for
   * a lifetime above the role's, and STS's errors for policies and tags that it does not take.
   */
  assumeRole(caller: Principal, request: AssumeRoleRequest): Promise<IssuedSession>;
  /** Credentials for the caller itself: a user or the account's root. */
  issueSessionToken(caller: Principal, lifetimeMs: number): TemporaryCredentials;
  /** Credentials that a user or root creates for a federated user. Throws STS's errors for invalid policies and tags. */
  federate(caller: Principal, name: string, request: SessionRequest): Promise<IssuedSession>;
  /** The account of a key; undefined for one that cannot be ours. */
  findAccountOfKey(accessKeyId: string): Promise<string | undefined>;
  /** The details of a refusal as JSON; undefined for a message that was not made here. */
  decodeMessage(encodedMessage: string): string | undefined;
}
