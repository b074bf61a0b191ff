/** Who makes a call, as IAM sees it. */
export interface Principal {
  /**
   * root: the account's administrator key. user: an IAM user. assumed-role: a role's temporary session.
   * service: the platform acting in its own name (writing a job's log, publishing a metric).
   */
  readonly kind: 'root' | 'user' | 'assumed-role' | 'service';
  readonly account: string;
  /** arn:aws:iam::<account>:root | …:user/<path><name> | arn:aws:sts::<account>:assumed-role/<role>/<session> */
  readonly arn: string;
  /** AWS's unique id: AIDA…, AROA…:<session>, or the account for root. */
  readonly userId: string;
  /** The role's ARN, for assumed-role. */
  readonly roleArn?: string;
  /** The key that signed the request, where one did. */
  readonly accessKeyId?: string;
}
