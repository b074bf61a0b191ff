/** ListModelPackageGroups: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListModelPackageGroups.html */
import type { SageMakerOperation } from '../../shared/deps.ts';
import { listPageOf, nextOffset, shownOf } from '../../shared/list-page.ts';
import { modelPackageGroupStore } from './model-package-group.ts';

export const listModelPackageGroups: SageMakerOperation<'ListModelPackageGroups'> = {
  access: () => [{ action: 'sagemaker:ListModelPackageGroups', resource: '*' }],
  async handle(input, call, deps) {
    const page = listPageOf(input, call, 'Ascending');
    const groups = await modelPackageGroupStore(deps.database).list(call, page);
    return {
      ModelPackageGroupSummaryList: shownOf(page, groups).map((group) => ({
        ModelPackageGroupName: group.name,
        ModelPackageGroupArn: group.arn,
        ...(group.request.ModelPackageGroupDescription
          ? { ModelPackageGroupDescription: group.request.ModelPackageGroupDescription }
          : {}),
        CreationTime: group.createdAt,
        ModelPackageGroupStatus: 'Completed' as const,
      })),
      ...nextOffset(page, groups),
    };
  },
};
