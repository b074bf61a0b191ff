/** A state change, in EventBridge's terms. Recorded in the outbox in the transaction that changes the state. */
export interface PlatformEvent {
  readonly account: string;
  readonly region: string;
  /** For example `aws.sagemaker`. */
  readonly source: string;
  /** For example `SageMaker Training Job State Change`. */
  readonly detailType: string;
  readonly resources: readonly string[];
  readonly detail: Record<string, unknown>;
  readonly time: Date;
  /** Whether its service has somebody to notify itself (a bucket's functions). Left out: no. */
  readonly notifies?: boolean;
}
