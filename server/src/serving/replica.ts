/** A running model that answers invocations. How it is reached (frames over a Unix socket, HTTP) is the implementation's business. */
export interface InvocationRequest {
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly accept: string;
  readonly customAttributes?: string;
}

export interface InvocationResponse {
  /** As the container's HTTP answer would be: 200, 400 (the client's fault), 415, 500 (the model's). */
  readonly status: number;
  readonly contentType: string;
  readonly body: Uint8Array;
}

export interface Replica {
  readonly id: string;
  /** Requests under way. */
  readonly inFlight: number;
  /** Throws if the replica has ended or did not answer in time. */
  invoke(request: InvocationRequest, timeoutMs: number): Promise<InvocationResponse>;
  close(): void;
}
