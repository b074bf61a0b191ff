/** The caller, as IAM sees it. */
export interface Principal {
  /**
   * root: the account's administrator key. user: an IAM user. assumed-role: a role's temporary session. federated-user: a session that a
   * user or root made for another person. service: the platform acting in its own name (writing a job's log, publishing a metric). anonymous: a
   * caller without a signature, of no account, allowed only what a resource's policy allows to everyone.
   */
  readonly kind: 'root' | 'user' | 'assumed-role' | 'federated-user' | 'service' | 'anonymous';
  readonly account: string;
  /** arn:<partition>:iam::<account>:root | …:user/<path><name> | arn:<partition>:sts::<account>:assumed-role/<role>/<session> | …:federated-user/<name> */
  readonly arn: string;
  /** AWS's unique id: AIDA…, AROA…:<session>, <account>:<name> for federated users, or the account for root. */
  readonly userId: string;
  /** The role's ARN, for assumed-role. */
  readonly roleArn?: string;
  /** The key that signed the request, if it was signed. */
  readonly accessKeyId?: string;
  /** For anonymous: the account that owns the resource and whose audit trail records the call. */
  readonly resourceAccount?: string;
  /** For a service that acts for a resource of a user: which one, and whose. */
  readonly source?: { readonly arn: string; readonly account: string };
  /** For temporary credentials. */
  readonly session?: Session;
}

/** What was requested when temporary credentials were made. Contained in their token, so it survives a restart. */
export interface Session {
  /** Milliseconds since 1970. */
  readonly issuedAt: number;
  /** The session may do only what these allow: JSON text, and the ARNs of managed policies. Present but empty, they allow nothing. */
  readonly policies?: { readonly inline?: string; readonly arns: readonly string[] };
  readonly tags?: Readonly<Record<string, string>>;
  /** Tags that sessions made with this one inherit. */
  readonly transitiveTagKeys?: readonly string[];
  readonly sourceIdentity?: string;
  /** The job or model replica that received the session, directly or through another session: it ends with that run. */
  readonly run?: string;
  /** For federated users: who made the session. */
  readonly issuer?: { readonly arn: string; readonly id: string };
}
