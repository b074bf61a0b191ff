/** DescribeModel: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeModel.html */
import type { SageMakerOperation } from '../../shared/deps.ts';
import { modelArn } from '../../shared/model-arn.ts';
import { modelAnswer, modelStore } from './model.ts';

export const describeModel: SageMakerOperation<'DescribeModel'> = {
  access: (input, call) => [{ action: 'sagemaker:DescribeModel', resource: modelArn(call, input.ModelName) }],
  async handle(input, call, deps) {
    const arn = modelArn(call, input.ModelName);
    const model = await modelStore(deps.database).find(arn);
    if (!model) throw call.error('ValidationException', `Could not find model "${arn}".`);
    return modelAnswer(model);
  },
};
