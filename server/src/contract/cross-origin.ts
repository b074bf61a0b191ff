/** How a service answers scripts of other origins in browsers. The gateway calls it for preflights and after calls. */
export interface CrossOriginRequest {
  readonly method: string;
  /** Percent-encoded, in path style: the bucket comes first. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

type Headers = Readonly<Record<string, string>>;

export interface CrossOrigin {
  /** The headers of a preflight's answer. Throws AwsError for one that is refused. */
  preflight(request: CrossOriginRequest): Promise<Headers>;
  /** Headers added to the answer of a call, errors included; undefined if no rule allows the origin. */
  headers(request: CrossOriginRequest): Headers | undefined | Promise<Headers | undefined>;
}
