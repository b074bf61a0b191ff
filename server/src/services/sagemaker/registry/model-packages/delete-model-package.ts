/** DeleteModelPackage: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteModelPackage.html. The artifact stays where it is. */
import { Conflict } from '../../../../storage/database.ts';
import type { SageMakerOperation, WakingResources } from '../../shared/deps.ts';
import { modelPackageArn } from './model-package.ts';
import { modelPackageStore } from './model-package-store.ts';

export const deleteModelPackage: SageMakerOperation<'DeleteModelPackage', WakingResources> = {
  access: (input, call) => [
    { action: 'sagemaker:DeleteModelPackage', resource: modelPackageArn(call, input.ModelPackageName) },
  ],
  async handle(input, call, deps) {
    const arn = modelPackageArn(call, input.ModelPackageName);
    const store = modelPackageStore(deps.database);
    for (;;) {
      const version = await store.find(arn);
      if (!version) throw call.error('ValidationException', `ModelPackage ${arn} does not exist.`);
      try {
        await deps.database.write([store.remove(version)]);
        break;
      } catch (error) {
        // The version's check or another caller changed it between the read and the write: look again.
        if (!(error instanceof Conflict)) throw error;
      }
    }
    deps.wake(arn);
    return {};
  },
};
