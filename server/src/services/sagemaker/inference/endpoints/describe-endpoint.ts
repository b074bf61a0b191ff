/** DescribeEndpoint: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html */
import type { Database } from '../../../../storage/database.ts';
import type { SageMakerOperation } from '../../shared/deps.ts';
import { type Endpoint, endpointArn } from './endpoint.ts';
import { isCapturing } from './endpoint-route.ts';
import { endpointStore } from './endpoint-store.ts';

export const describeEndpoint: SageMakerOperation<'DescribeEndpoint'> = {
  access: (input, call) => [{ action: 'sagemaker:DescribeEndpoint', resource: endpointArn(call, input.EndpointName) }],
  async handle(input, call, deps) {
    const store = endpointStore(deps.database);
    const endpoint = await store.find(endpointArn(call, input.EndpointName));
    if (!endpoint) {
      throw call.error('ValidationException', `Could not find endpoint "${endpointArn(call, input.EndpointName)}".`);
    }
    return endpointAnswer(deps.database, endpoint);
  },
};

/** DescribeEndpoint's answer. */
export async function endpointAnswer(database: Database, endpoint: Endpoint) {
  const configName = endpoint.servingConfigName ?? endpoint.configName;
  const deployment = endpoint.servingDeployment ?? endpoint.deployment;
  const config = (await endpointStore(database).findDeployment(endpoint.arn, deployment))?.config;
  const replicas = await endpointStore(database).listReplicas(endpoint.arn);
  const capture = config?.DataCaptureConfig;
  return {
    EndpointName: endpoint.name,
    EndpointArn: endpoint.arn,
    EndpointConfigName: configName,
    EndpointStatus: endpoint.status,
    CreationTime: endpoint.createdAt,
    LastModifiedTime: endpoint.modifiedAt,
    ...(endpoint.failureReason ? { FailureReason: endpoint.failureReason } : {}),
    // AWS shows variants once the endpoint has served: while Creating there are none.
    ...(endpoint.servingConfigName
      ? {
          ProductionVariants: config?.ProductionVariants.map((variant) => ({
            VariantName: variant.VariantName,
            CurrentWeight: variant.InitialVariantWeight ?? 1,
            DesiredWeight: variant.InitialVariantWeight ?? 1,
            CurrentInstanceCount: replicas.filter(
              (replica) =>
                replica.deployment === deployment &&
                replica.variant === variant.VariantName &&
                replica.state === 'ready',
            ).length,
            DesiredInstanceCount: variant.InitialInstanceCount ?? 1,
          })),
        }
      : {}),
    ...(config && capture
      ? {
          DataCaptureConfig: {
            EnableCapture: isCapturing(config),
            CaptureStatus:
              isCapturing(config) && endpoint.servingConfigName ? ('Started' as const) : ('Stopped' as const),
            CurrentSamplingPercentage: capture.InitialSamplingPercentage,
            DestinationS3Uri: capture.DestinationS3Uri,
            KmsKeyId: capture.KmsKeyId ?? '',
          },
        }
      : {}),
  };
}
