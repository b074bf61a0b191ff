/** ListModelPackages: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListModelPackages.html */
import type { SageMakerOperation } from '../../shared/deps.ts';
import { listPageOf, nextOffset, shownOf } from '../../shared/list-page.ts';
import { modelPackageGroupName } from '../model-package-groups/model-package-group.ts';
import { modelPackageStore } from './model-package-store.ts';

export const listModelPackages: SageMakerOperation<'ListModelPackages'> = {
  access: () => [{ action: 'sagemaker:ListModelPackages', resource: '*' }],
  async handle(input, call, deps) {
    const page = listPageOf(input, call, 'Ascending');
    const group = input.ModelPackageGroupName;
    const versions = await modelPackageStore(deps.database).list(call, {
      ...page,
      groupName: group && modelPackageGroupName(group),
      type: input.ModelPackageType ?? 'Unversioned',
      approvalStatus: input.ModelApprovalStatus,
    });
    return {
      ModelPackageSummaryList: shownOf(page, versions).map((version) => ({
        ...(version.groupName
          ? { ModelPackageGroupName: version.groupName }
          : { ModelPackageName: version.request.ModelPackageName }),
        ...(version.version === undefined ? {} : { ModelPackageVersion: version.version }),
        ModelPackageArn: version.arn,
        ...(version.request.ModelPackageDescription
          ? { ModelPackageDescription: version.request.ModelPackageDescription }
          : {}),
        CreationTime: version.createdAt,
        ModelPackageStatus: version.status,
        ...(version.approvalStatus ? { ModelApprovalStatus: version.approvalStatus } : {}),
      })),
      ...nextOffset(page, versions),
    };
  },
};
