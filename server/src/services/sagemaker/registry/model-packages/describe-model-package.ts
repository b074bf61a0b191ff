/** DescribeModelPackage: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeModelPackage.html */
import type { Output } from '../../../../models/types.ts';
import type { SageMakerOperation } from '../../shared/deps.ts';
import { describePackage, modelPackageArn } from './model-package.ts';
import { findModelPackage } from './model-package-store.ts';

export const describeModelPackage: SageMakerOperation<'DescribeModelPackage'> = {
  access: (input, call) => [
    { action: 'sagemaker:DescribeModelPackage', resource: modelPackageArn(call, input.ModelPackageName) },
  ],
  async handle(input, call, deps) {
    const version = await findModelPackage(deps.database, call, input.ModelPackageName);
    if (!version)
      throw call.error(
        'ValidationException',
        `ModelPackage ${modelPackageArn(call, input.ModelPackageName)} does not exist.`,
      );
    // The API's schema requires ModelPackageName; AWS omits it for a version.
    return describePackage(version) as Output<'sagemaker', 'DescribeModelPackage'>;
  },
};
