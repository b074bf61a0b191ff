/** DescribeModelPackageGroup: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeModelPackageGroup.html */
import type { SageMakerOperation } from '../../shared/deps.ts';
import { modelPackageGroupAnswer, modelPackageGroupArn, modelPackageGroupStore } from './model-package-group.ts';

export const describeModelPackageGroup: SageMakerOperation<'DescribeModelPackageGroup'> = {
  access: (input, call) => [
    {
      action: 'sagemaker:DescribeModelPackageGroup',
      resource: modelPackageGroupArn(call, input.ModelPackageGroupName),
    },
  ],
  async handle(input, call, deps) {
    const arn = modelPackageGroupArn(call, input.ModelPackageGroupName);
    const group = await modelPackageGroupStore(deps.database).find(arn);
    if (!group) throw call.error('ValidationException', `ModelPackageGroup ${arn} does not exist.`);
    return modelPackageGroupAnswer(group);
  },
};
