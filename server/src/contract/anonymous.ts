/** Which requests a service accepts without a signature. */
export interface AnonymousRequest {
  /** AWS's name. */
  readonly operation: string;
  /** Percent-encoded, in path style: the bucket comes first. */
  readonly path: string;
}

export interface Anonymous {
  /**
   * The account that owns the resource, if the resource may be public; undefined if the request needs a signature. Policies are evaluated
   * later, with the call. Called before any byte of the body is read. Throws AwsError for a refusal with a message of the service's own.
   */
  accountAsked(request: AnonymousRequest): Promise<string | undefined>;
}
