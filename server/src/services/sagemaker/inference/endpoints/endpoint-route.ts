/** The route of an endpoint: what the serving path needs from the endpoint and its configuration. Pure. */
import type { Replica } from '../../../../serving/replica.ts';
import type { CaptureRoute, EndpointRoute } from '../../../../serving/routing-table.ts';
import { tagContext } from '../../shared/tags/tag-context.ts';
import type { Tag } from '../../shared/tags/tag-store.ts';
import type { EndpointConfig } from '../endpoint-configs/endpoint-config.ts';
import type { Endpoint } from './endpoint.ts';

export function routeOf(
  endpoint: Endpoint,
  config: EndpointConfig,
  executionRoleArn: string | undefined,
  tags: readonly Tag[],
  replicasOf: (variant: string) => readonly Replica[],
): EndpointRoute {
  return {
    account: endpoint.account,
    region: endpoint.region,
    endpointName: endpoint.name,
    endpointConfigName: config.EndpointConfigName,
    executionRoleArn,
    variants: config.ProductionVariants.map((variant) => ({
      name: variant.VariantName,
      weight: variant.InitialVariantWeight ?? 1,
      replicas: replicasOf(variant.VariantName),
    })),
    capture: captureOf(config),
    tags: tagContext(tags),
  };
}

/** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DataCaptureConfig.html: capture is enabled by default. */
export const isCapturing = ({ DataCaptureConfig: capture }: EndpointConfig) =>
  capture !== undefined && capture.EnableCapture !== false;

function captureOf(config: EndpointConfig): CaptureRoute | undefined {
  const capture = config.DataCaptureConfig;
  if (!capture || !isCapturing(config)) return undefined;
  const modes = capture.CaptureOptions.map((option) => option.CaptureMode);
  return {
    destinationS3Uri: capture.DestinationS3Uri,
    samplingPercentage: capture.InitialSamplingPercentage,
    input: modes.includes('Input') || modes.includes('InputAndOutput'),
    output: modes.includes('Output') || modes.includes('InputAndOutput'),
    csvContentTypes: capture.CaptureContentTypeHeader?.CsvContentTypes ?? [],
    jsonContentTypes: capture.CaptureContentTypeHeader?.JsonContentTypes ?? [],
  };
}
