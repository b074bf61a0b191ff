/**
 * DeleteEndpointConfig: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteEndpointConfig.html
 * Succeeds while endpoints use the configuration, as on AWS: each endpoint keeps a copy (endpoints/deployment.ts).
 */
import { Conflict } from '../../../../storage/database.ts';
import type { SageMakerOperation } from '../../shared/deps.ts';
import { endpointConfigArn, endpointConfigStore } from './endpoint-config.ts';

export const deleteEndpointConfig: SageMakerOperation<'DeleteEndpointConfig'> = {
  access: (input, call) => [
    { action: 'sagemaker:DeleteEndpointConfig', resource: endpointConfigArn(call, input.EndpointConfigName) },
  ],
  async handle(input, call, deps) {
    const arn = endpointConfigArn(call, input.EndpointConfigName);
    try {
      await deps.database.write([endpointConfigStore(deps.database).remove(arn)]);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      throw call.error('ValidationException', `Could not find endpoint configuration "${arn}".`);
    }
    return {};
  },
};
