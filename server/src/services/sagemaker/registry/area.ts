/** The registry: groups of model packages and their versions, with their approval. */
import { type Area, areaOperations } from '../shared/area.ts';
import type { SageMakerResources, WakingResources } from '../shared/deps.ts';
import { createModelPackageGroup } from './model-package-groups/create-model-package-group.ts';
import { deleteModelPackageGroup } from './model-package-groups/delete-model-package-group.ts';
import { describeModelPackageGroup } from './model-package-groups/describe-model-package-group.ts';
import { listModelPackageGroups } from './model-package-groups/list-model-package-groups.ts';
import { createModelPackage } from './model-packages/create-model-package.ts';
import { deleteModelPackage } from './model-packages/delete-model-package.ts';
import { describeModelPackage } from './model-packages/describe-model-package.ts';
import { listModelPackages } from './model-packages/list-model-packages.ts';
import { startModelPackageReconciler } from './model-packages/model-package-reconciler.ts';
import { updateModelPackage } from './model-packages/update-model-package.ts';
import { searchable } from './searchable.ts';

export function startRegistry(resources: SageMakerResources): Area {
  const packages = startModelPackageReconciler(resources);
  return {
    operations: areaOperations<WakingResources>(
      { ...resources, wake: packages.wake },
      {
        CreateModelPackageGroup: createModelPackageGroup,
        DescribeModelPackageGroup: describeModelPackageGroup,
        ListModelPackageGroups: listModelPackageGroups,
        DeleteModelPackageGroup: deleteModelPackageGroup,
        CreateModelPackage: createModelPackage,
        DescribeModelPackage: describeModelPackage,
        ListModelPackages: listModelPackages,
        UpdateModelPackage: updateModelPackage,
        DeleteModelPackage: deleteModelPackage,
      },
    ),
    taggable: {
      'model-package-group': { table: 'sagemaker_model_package_groups' },
      'model-package': { table: 'sagemaker_model_packages', versionsOf: 'model-package-group' },
    },
    searchable,
    stop: packages.stop,
  };
}
