/** DeleteModelPackageGroup: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteModelPackageGroup.html */
import { Conflict } from '../../../storage/database.ts';
import type { SageMakerOperation } from '../deps.ts';
import { modelPackageStore } from '../model-packages/model-package-store.ts';
import { modelPackageGroupArn, modelPackageGroupStore } from './model-package-group.ts';

export const deleteModelPackageGroup: SageMakerOperation<'DeleteModelPackageGroup'> = {
  access: (input, call) => [
    { action: 'sagemaker:DeleteModelPackageGroup', resource: modelPackageGroupArn(call, input.ModelPackageGroupName) },
  ],
  async handle(input, call, deps) {
    const arn = modelPackageGroupArn(call, input.ModelPackageGroupName);
    const latest = await modelPackageStore(deps.database).findLatestVersion(call, input.ModelPackageGroupName);
    if (latest > 0) {
      throw call.error('ConflictException', `Cannot delete Model Package Group ${arn}: it still has model packages.`);
    }
    try {
      await deps.database.write([modelPackageGroupStore(deps.database).remove(arn)]);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      throw call.error('ValidationException', `ModelPackageGroup ${arn} does not exist.`);
    }
    return {};
  },
};
