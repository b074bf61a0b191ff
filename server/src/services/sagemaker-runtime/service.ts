/**
 * SageMaker Runtime: the table of its operations.
 *
 * Gaps
 * - InvokeEndpointAsync and InvokeEndpointWithResponseStream answer 501.
 * - TargetModel, TargetContainerHostname, InferenceComponentName, EnableExplanations and SessionId are refused.
 *
 * Differs from AWS by design
 * - The built-in XGBoost answers JSON requests (`{"features": […]}`, `{"instances": […]}`); on AWS it refuses them.
 *
 * Client quirks
 * - None known.
 */
import type { AwsAccess } from '../../contract/aws.ts';
import { defineService, type Service } from '../../contract/service.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Log } from '../../kit/log.ts';
import type { RoutingTable } from '../../serving/routing-table.ts';
import { startDataCapture } from './data-capture.ts';
import { startInvocationMetrics } from './invocation-metrics.ts';
import { invokeEndpoint } from './invoke-endpoint.ts';

export interface SageMakerRuntimeResources {
  readonly routing: RoutingTable;
  readonly aws: AwsAccess;
  readonly clock: Clock;
  readonly log: Log;
  /** How long captured requests and metrics may wait in memory. */
  readonly settings: { readonly captureFlushMs: number; readonly metricsFlushMs: number };
}

export function sageMakerRuntimeService(resources: SageMakerRuntimeResources): {
  service: Service;
  /** Writes what is still in memory. */
  stop(): Promise<void>;
} {
  const capture = startDataCapture(resources);
  const metrics = startInvocationMetrics(resources);
  const deps = { routing: resources.routing, aws: resources.aws, capture, metrics };
  return {
    service: defineService('sagemaker-runtime', deps, { InvokeEndpoint: invokeEndpoint }),
    async stop() {
      await Promise.all([capture.stop(), metrics.stop()]);
    },
  };
}
