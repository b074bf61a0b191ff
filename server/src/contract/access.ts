/** The permissions that a call needs. */

/** A condition key's value, or its values where it may have several; `undefined` says that the key is known to be absent. */
export type ContextValue = string | readonly string[] | undefined;

/** One permission that a call needs, in the terms of AWS's service authorization reference. */
export interface Access {
  /** For example `sagemaker:CreateTrainingJob`. */
  readonly action: string;
  /** The ARN acted on, or `*` where AWS defines no resource. */
  readonly resource: string;
  /** Condition keys that the service adds, for example `{ 'iam:PassedToService': 'sagemaker.amazonaws.com' }`. */
  readonly context?: Readonly<Record<string, ContextValue>> | undefined;
  /** All tags of the resource, for `aws:ResourceTag/…`. Left out if they are not known: conditions on them then deny. */
  readonly resourceTags?: Readonly<Record<string, string>> | undefined;
  /**
   * The resource's account and its own policy as JSON text, if it has one. The policy can allow callers of other accounts and deny the
   * account's root. Left out where the resource can only be of the caller's account and has no policy.
   */
  readonly resourcePolicy?:
    | {
        readonly account: string;
        readonly document?: string | undefined;
        /** Other services that act for a user's resource need this policy's permission, too (the invokers of a function). */
        readonly asksServices?: boolean;
      }
    | undefined;
}
