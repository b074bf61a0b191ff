/** ListModelPackages: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListModelPackages.html */
import type { SageMakerOperation } from '../deps.ts';
import { modelPackageGroupName } from '../model-package-groups/model-package-group.ts';
import { offsetToken, readOffsetToken } from '../offset-token.ts';
import { modelPackageStore } from './model-package-store.ts';

export const listModelPackages: SageMakerOperation<'ListModelPackages'> = {
  access: () => [{ action: 'sagemaker:ListModelPackages', resource: '*' }],
  async handle(input, call, deps) {
    const offset = readOffsetToken(call, input.NextToken);
    const limit = input.MaxResults ?? 10;
    const group = input.ModelPackageGroupName;
    const versions = await modelPackageStore(deps.database).list(call, {
      groupName: group && modelPackageGroupName(group),
      type: input.ModelPackageType ?? 'Unversioned',
      nameContains: input.NameContains,
      approvalStatus: input.ModelApprovalStatus,
      createdAfter: input.CreationTimeAfter,
      createdBefore: input.CreationTimeBefore,
      sortBy: input.SortBy === 'Name' ? 'name' : 'created_at',
      order: input.SortOrder === 'Descending' ? 'desc' : 'asc',
      offset,
      limit: limit + 1,
    });
    return {
      ModelPackageSummaryList: versions.slice(0, limit).map((version) => ({
        ModelPackageName: version.request.ModelPackageName ?? version.groupName ?? '',
        ...(version.groupName ? { ModelPackageGroupName: version.groupName } : {}),
        ...(version.version === undefined ? {} : { ModelPackageVersion: version.version }),
        ModelPackageArn: version.arn,
        ...(version.request.ModelPackageDescription
          ? { ModelPackageDescription: version.request.ModelPackageDescription }
          : {}),
        CreationTime: version.createdAt,
        ModelPackageStatus: version.status,
        ...(version.approvalStatus ? { ModelApprovalStatus: version.approvalStatus } : {}),
      })),
      ...(versions.length > limit ? { NextToken: offsetToken(offset + limit) } : {}),
    };
  },
};
