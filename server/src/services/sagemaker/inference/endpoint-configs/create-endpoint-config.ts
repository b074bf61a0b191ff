/** CreateEndpointConfig: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html */

import type { Call } from '../../../../contract/call.ts';
import { Conflict } from '../../../../storage/database.ts';
import type { SageMakerOperation, SageMakerResources } from '../../shared/deps.ts';
import { assumeExecutionRole, passRole } from '../../shared/execution-role.ts';
import { modelArn } from '../../shared/model-arn.ts';
import { endpointConfigConditions } from '../../shared/request-conditions.ts';
import { parseS3Uri } from '../../shared/s3-uri.ts';
import { givenTags } from '../../shared/tags/given-tags.ts';
import { modelStore } from '../models/model.ts';
import { type EndpointConfig, endpointConfigArn, endpointConfigStore } from './endpoint-config.ts';

/** On one machine, more copies of a model than this make nothing faster. */
const maxInstances = 16;

export const createEndpointConfig: SageMakerOperation<'CreateEndpointConfig'> = {
  access: (input, call) => [
    {
      action: 'sagemaker:CreateEndpointConfig',
      resource: endpointConfigArn(call, input.EndpointConfigName),
      context: endpointConfigConditions(input, call),
    },
    ...passRole(input.ExecutionRoleArn),
  ],
  async handle(input, call, deps) {
    refuseWhatIsNotBuilt(input, call);
    const arn = endpointConfigArn(call, input.EndpointConfigName);
    if (input.ExecutionRoleArn) await assumeExecutionRole(arn, input.ExecutionRoleArn, call, deps);
    await checkVariants(input, call, deps);
    const destination = input.DataCaptureConfig?.DestinationS3Uri;
    if (destination && !parseS3Uri(destination)) {
      throw call.error('ValidationException', `Invalid S3 URI for data capture: ${destination}`);
    }
    const { account, region, now: createdAt } = call;
    const row = { arn, account, region, name: input.EndpointConfigName, createdAt, request: input };
    try {
      await deps.database.write([endpointConfigStore(deps.database).insert(row), ...givenTags(arn, input.Tags, call)]);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      throw call.error('ValidationException', `Cannot create already existing endpoint configuration "${arn}".`);
    }
    return { EndpointConfigArn: arn };
  },
};

function refuseWhatIsNotBuilt(input: EndpointConfig, call: Call): void {
  const refuse = (what: string) => {
    throw call.error('ValidationException', `${what} is not supported by Clary yet.`);
  };
  if (input.AsyncInferenceConfig) refuse('AsyncInferenceConfig');
  if (input.ExplainerConfig) refuse('ExplainerConfig');
  if (input.ShadowProductionVariants?.length) refuse('ShadowProductionVariants');
  for (const variant of input.ProductionVariants) {
    if (variant.ServerlessConfig) refuse('ServerlessConfig');
  }
}

async function checkVariants(input: EndpointConfig, call: Call, deps: SageMakerResources): Promise<void> {
  const names = new Set<string>();
  for (const variant of input.ProductionVariants) {
    const { VariantName: name, ModelName: model } = variant;
    if (names.has(name))
      throw call.error('ValidationException', `Production variant name "${name}" is used more than once.`);
    names.add(name);
    if (!model) throw call.error('ValidationException', `Production variant "${name}" must name a model (ModelName).`);
    if (!variant.InstanceType) {
      throw call.error('ValidationException', `Production variant "${name}" must name an InstanceType.`);
    }
    if ((variant.InitialInstanceCount ?? 1) > maxInstances) {
      throw call.error(
        'ResourceLimitExceeded',
        `Production variant "${name}": InitialInstanceCount ${variant.InitialInstanceCount} is more than this machine serves (${maxInstances}).`,
      );
    }
    const arn = modelArn(call, model);
    if (!(await modelStore(deps.database).find(arn))) {
      throw call.error('ValidationException', `Could not find model "${arn}".`);
    }
  }
}
