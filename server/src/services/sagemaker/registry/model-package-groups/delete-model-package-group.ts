/** DeleteModelPackageGroup: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteModelPackageGroup.html */
import { Conflict } from '../../../../storage/database.ts';
import type { SageMakerOperation } from '../../shared/deps.ts';
import { modelPackageStore } from '../model-packages/model-package-store.ts';
import { modelPackageGroupArn, modelPackageGroupName, modelPackageGroupStore } from './model-package-group.ts';

export const deleteModelPackageGroup: SageMakerOperation<'DeleteModelPackageGroup'> = {
  access: (input, call) => [
    { action: 'sagemaker:DeleteModelPackageGroup', resource: modelPackageGroupArn(call, input.ModelPackageGroupName) },
  ],
  async handle(input, call, deps) {
    const arn = modelPackageGroupArn(call, input.ModelPackageGroupName);
    const name = modelPackageGroupName(input.ModelPackageGroupName);
    const versions = modelPackageStore(deps.database);
    try {
      await deps.database.write([
        versions.noneIn(call, name),
        modelPackageGroupStore(deps.database).remove(arn),
        versions.forgetDeleted(call, name),
      ]);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      if (error.index > 0) throw call.error('ValidationException', `ModelPackageGroup ${arn} does not exist.`);
      throw call.error('ConflictException', `Cannot delete Model Package Group ${arn}: it still has model packages.`);
    }
    return {};
  },
};
