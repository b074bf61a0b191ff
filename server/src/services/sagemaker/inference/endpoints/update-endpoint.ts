/**
 * UpdateEndpoint: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateEndpoint.html
 * The old configuration serves until every replica of the new one is ready; no request is lost.
 */
import { Conflict } from '../../../../storage/database.ts';
import type { SageMakerOperation, WakingResources } from '../../shared/deps.ts';
import { endpointConfigArn, endpointConfigStore } from '../endpoint-configs/endpoint-config.ts';
import { newDeployment } from './deployment.ts';
import { type Endpoint, endpointArn, endpointEvent } from './endpoint.ts';
import { endpointStore } from './endpoint-store.ts';

export const updateEndpoint: SageMakerOperation<'UpdateEndpoint', WakingResources> = {
  access: (input, call) => [
    { action: 'sagemaker:UpdateEndpoint', resource: endpointArn(call, input.EndpointName) },
    { action: 'sagemaker:UpdateEndpoint', resource: endpointConfigArn(call, input.EndpointConfigName) },
  ],
  async handle(input, call, deps) {
    if (input.DeploymentConfig) {
      throw call.error('ValidationException', 'DeploymentConfig is not supported by Clary yet.');
    }
    const configArn = endpointConfigArn(call, input.EndpointConfigName);
    const noConfig = () => call.error('ValidationException', `Could not find endpoint configuration "${configArn}".`);
    const config = await endpointConfigStore(deps.database).find(configArn);
    if (!config) throw noConfig();
    const store = endpointStore(deps.database);
    const arn = endpointArn(call, input.EndpointName);
    const endpoint = await store.find(arn);
    if (!endpoint) throw call.error('ValidationException', `Could not find endpoint "${arn}".`);
    const refusal = (status: string) =>
      call.error('ValidationException', `Cannot update in-progress endpoint "${arn}" (${status}).`);
    if (endpoint.status !== 'InService') throw refusal(endpoint.status);
    const deployment = await newDeployment(deps.database, call, arn, config.request);
    const next: Endpoint = {
      ...endpoint,
      status: 'Updating',
      configName: input.EndpointConfigName,
      deployment: deployment.id,
      failureReason: undefined,
      modifiedAt: call.now,
    };
    try {
      const statements = [
        store.update(next),
        endpointConfigStore(deps.database).stillThere(configArn),
        store.insertDeployment(deployment),
      ];
      await deps.outbox.write(statements, endpointEvent(next));
    } catch (error) {
      if (error instanceof Conflict) throw error.index > 0 ? noConfig() : refusal('changed meanwhile');
      throw error;
    }
    deps.wake(arn);
    return { EndpointArn: arn };
  },
};
