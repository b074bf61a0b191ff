/** DescribeModel: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeModel.html */
import type { SageMakerOperation } from '../deps.ts';
import { modelArn, modelStore } from './model.ts';

export const describeModel: SageMakerOperation<'DescribeModel'> = {
  access: (input, call) => [{ action: 'sagemaker:DescribeModel', resource: modelArn(call, input.ModelName) }],
  async handle(input, call, deps) {
    const arn = modelArn(call, input.ModelName);
    const model = await modelStore(deps.database).find(arn);
    if (!model) throw call.error('ValidationException', `Could not find model "${arn}".`);
    const { served: _, Tags: __, ...request } = model.request;
    return {
      ...request,
      ModelArn: arn,
      CreationTime: model.createdAt,
      EnableNetworkIsolation: request.EnableNetworkIsolation ?? false,
    };
  },
};
