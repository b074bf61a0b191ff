/** What a service lets callers ask who sign nothing. A service without it refuses them all. */
export interface AnonymousRequest {
  /** AWS's name. */
  readonly operation: string;
  /** Percent-encoded, the resource as the service's own paths have it. */
  readonly path: string;
}

export interface Anonymous {
  /**
   * The account whose resource says something to everybody; undefined where nobody may ask without a signature. Necessary, and not enough: what is
   * said is evaluated with the call. Asked before a byte of the body is read. Throws AwsError for a refusal in words of its own.
   */
  accountAsked(request: AnonymousRequest): Promise<string | undefined>;
}
