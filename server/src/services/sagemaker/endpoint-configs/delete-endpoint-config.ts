/** DeleteEndpointConfig: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteEndpointConfig.html */
import { Conflict } from '../../../storage/database.ts';
import type { SageMakerOperation } from '../deps.ts';
import { endpointStore } from '../endpoints/endpoint-store.ts';
import { endpointConfigArn, endpointConfigStore } from './endpoint-config.ts';

export const deleteEndpointConfig: SageMakerOperation<'DeleteEndpointConfig'> = {
  access: (input, call) => [
    { action: 'sagemaker:DeleteEndpointConfig', resource: endpointConfigArn(call, input.EndpointConfigName) },
  ],
  async handle(input, call, deps) {
    const arn = endpointConfigArn(call, input.EndpointConfigName);
    const endpoints = endpointStore(deps.database);
    try {
      await deps.database.write([
        endpoints.noneUses(call, input.EndpointConfigName),
        endpointConfigStore(deps.database).remove(arn),
      ]);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      if (error.index > 0) throw call.error('ValidationException', `Could not find endpoint configuration "${arn}".`);
      // AWS allows it and warns that the endpoint can then be lost; here the configuration is what restores it after a restart.
      const user = await endpoints.findByConfig(call, input.EndpointConfigName);
      throw call.error(
        'ValidationException',
        `Endpoint configuration "${arn}" is in use by endpoint "${user?.arn}". Delete the endpoint first.`,
      );
    }
    return {};
  },
};
