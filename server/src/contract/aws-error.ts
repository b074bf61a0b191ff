/**
 * An error that is an answer: the caller receives its code and message (AWS's own), only the log its cause.
 * Any other throw is a defect and answers 500 InternalFailure without details.
 */
export interface AwsErrorOptions {
  /** The HTTP status; by default the one in the service's model, else 400. */
  status?: number;
  /** Further members of the modelled error structure (e.g. BucketName, OriginalStatusCode). */
  fields?: Record<string, unknown>;
  /** HTTP headers that go with the answer. */
  headers?: Record<string, string>;
  cause?: unknown;
}

export class AwsError extends Error {
  readonly code: string;
  readonly status: number | undefined;
  readonly fields: Record<string, unknown>;
  readonly headers: Record<string, string>;

  constructor(code: string, message: string, options: AwsErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = 'AwsError';
    this.code = code;
    this.status = options.status;
    this.fields = options.fields ?? {};
    this.headers = options.headers ?? {};
  }
}
