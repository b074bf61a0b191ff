/** DescribeEndpointConfig: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpointConfig.html */
import type { SageMakerOperation } from '../../shared/deps.ts';
import { endpointConfigArn, endpointConfigStore } from './endpoint-config.ts';

export const describeEndpointConfig: SageMakerOperation<'DescribeEndpointConfig'> = {
  access: (input, call) => [
    { action: 'sagemaker:DescribeEndpointConfig', resource: endpointConfigArn(call, input.EndpointConfigName) },
  ],
  async handle(input, call, deps) {
    const arn = endpointConfigArn(call, input.EndpointConfigName);
    const config = await endpointConfigStore(deps.database).find(arn);
    if (!config) throw call.error('ValidationException', `Could not find endpoint configuration "${arn}".`);
    const { Tags: _, ...request } = config.request;
    return { ...request, EndpointConfigArn: arn, CreationTime: config.createdAt };
  },
};
