/** ListModelPackageGroups: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListModelPackageGroups.html */
import type { SageMakerOperation } from '../deps.ts';
import { offsetToken, readOffsetToken } from '../offset-token.ts';
import { modelPackageGroupStore } from './model-package-group.ts';

export const listModelPackageGroups: SageMakerOperation<'ListModelPackageGroups'> = {
  access: () => [{ action: 'sagemaker:ListModelPackageGroups', resource: '*' }],
  async handle(input, call, deps) {
    const offset = readOffsetToken(call, input.NextToken);
    const limit = input.MaxResults ?? 10;
    const groups = await modelPackageGroupStore(deps.database).list({
      account: call.account,
      region: call.region,
      nameContains: input.NameContains,
      createdAfter: input.CreationTimeAfter,
      createdBefore: input.CreationTimeBefore,
      sortBy: input.SortBy === 'Name' ? 'name' : 'created_at',
      order: input.SortOrder === 'Descending' ? 'desc' : 'asc',
      offset,
      limit: limit + 1,
    });
    return {
      ModelPackageGroupSummaryList: groups.slice(0, limit).map((group) => ({
        ModelPackageGroupName: group.name,
        ModelPackageGroupArn: group.arn,
        ...(group.request.ModelPackageGroupDescription
          ? { ModelPackageGroupDescription: group.request.ModelPackageGroupDescription }
          : {}),
        CreationTime: group.createdAt,
        ModelPackageGroupStatus: 'Completed' as const,
      })),
      ...(groups.length > limit ? { NextToken: offsetToken(offset + limit) } : {}),
    };
  },
};
