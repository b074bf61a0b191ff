/** What predictions work with. */
import type { AwsAccess } from '../../contract/aws.ts';
import type { Operation } from '../../contract/operation.ts';
import type { OperationName } from '../../models/types.ts';
import type { RoutingTable } from '../../serving/routing-table.ts';
import type { DataCapture } from './data-capture.ts';
import type { InvocationMetrics } from './invocation-metrics.ts';

export interface SageMakerRuntimeDeps {
  readonly routing: RoutingTable;
  readonly aws: AwsAccess;
  readonly capture: DataCapture;
  readonly metrics: InvocationMetrics;
}

export type SageMakerRuntimeOperation<N extends OperationName<'sagemaker-runtime'>> = Operation<
  'sagemaker-runtime',
  N,
  SageMakerRuntimeDeps
>;
