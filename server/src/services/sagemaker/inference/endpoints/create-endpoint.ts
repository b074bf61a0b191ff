/** CreateEndpoint: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html. Writes the row; the reconciler does the work. */
import { Conflict } from '../../../../storage/database.ts';
import type { SageMakerOperation, WakingResources } from '../../shared/deps.ts';
import { givenTags } from '../../shared/tags/given-tags.ts';
import { endpointConfigArn, endpointConfigStore } from '../endpoint-configs/endpoint-config.ts';
import { newDeployment } from './deployment.ts';
import { type Endpoint, endpointArn, endpointEvent } from './endpoint.ts';
import { endpointStore } from './endpoint-store.ts';

export const createEndpoint: SageMakerOperation<'CreateEndpoint', WakingResources> = {
  access: (input, call) => [
    { action: 'sagemaker:CreateEndpoint', resource: endpointArn(call, input.EndpointName) },
    { action: 'sagemaker:CreateEndpoint', resource: endpointConfigArn(call, input.EndpointConfigName) },
  ],
  async handle(input, call, deps) {
    if (input.DeploymentConfig) {
      throw call.error('ValidationException', 'DeploymentConfig is not supported by Clary yet.');
    }
    const configArn = endpointConfigArn(call, input.EndpointConfigName);
    const noConfig = () => call.error('ValidationException', `Could not find endpoint configuration "${configArn}".`);
    const config = await endpointConfigStore(deps.database).find(configArn);
    if (!config) throw noConfig();
    const arn = endpointArn(call, input.EndpointName);
    const deployment = await newDeployment(deps.database, call, arn, config.request);
    const endpoint: Endpoint = {
      arn,
      account: call.account,
      region: call.region,
      name: input.EndpointName,
      status: 'Creating',
      configName: input.EndpointConfigName,
      servingConfigName: undefined,
      deployment: deployment.id,
      servingDeployment: undefined,
      failureReason: undefined,
      createdAt: call.now,
      modifiedAt: call.now,
      revision: 1,
    };
    try {
      const statements = [
        endpointStore(deps.database).insert(endpoint),
        endpointConfigStore(deps.database).stillThere(configArn),
        endpointStore(deps.database).insertDeployment(deployment),
        ...givenTags(arn, input.Tags, call),
      ];
      await deps.outbox.write(statements, endpointEvent(endpoint));
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      if (error.index > 0) throw noConfig();
      throw call.error('ValidationException', `Cannot create already existing endpoint "${arn}".`);
    }
    deps.wake(arn);
    return { EndpointArn: arn };
  },
};
