/** What a service accepts without a signature. A service without this refuses all such requests. */
export interface AnonymousRequest {
  /** AWS's name. */
  readonly operation: string;
  /** Percent-encoded, the resource as the service's own paths have it. */
  readonly path: string;
}

export interface Anonymous {
  /**
   * The account that owns the resource, if the resource may allow something to everybody; undefined if the request needs a signature. Necessary, not
   * sufficient: the policies are evaluated with the call. Called before any byte of the body is read. Throws AwsError for a refusal with a text of its own.
   */
  accountAsked(request: AnonymousRequest): Promise<string | undefined>;
}
