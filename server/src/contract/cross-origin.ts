/** How a service answers browsers that ask for its resources from another origin: the gateway asks, before and beside the call itself. */
export interface CrossOriginRequest {
  readonly method: string;
  /** Percent-encoded, the resource as the service's own paths have it. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

type Headers = Readonly<Record<string, string>>;

export interface CrossOrigin {
  /** The headers of a preflight's answer. Throws AwsError for one that is refused. */
  preflight(request: CrossOriginRequest): Promise<Headers>;
  /** Headers added to the response of an actual request, refused ones too; none if no rule allows it. */
  headers(request: CrossOriginRequest): Headers | undefined | Promise<Headers | undefined>;
}
