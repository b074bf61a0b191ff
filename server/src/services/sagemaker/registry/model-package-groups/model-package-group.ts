/** A model package group: the versions of one model. */
import { formatArn } from '../../../../contract/arn.ts';
import type { Input } from '../../../../models/types.ts';
import type { Database } from '../../../../storage/database.ts';
import { type Named, namedStore } from '../../shared/named-store.ts';

export type ModelPackageGroupRequest = Input<'sagemaker', 'CreateModelPackageGroup'> & { readonly createdBy: string };

/** Takes a group's name or its ARN, as the operations do. */
export function modelPackageGroupArn(at: { region: string; account: string }, nameOrArn: string): string {
  if (nameOrArn?.startsWith('arn:')) return nameOrArn;
  return formatArn('sagemaker', at.region, at.account, `model-package-group/${nameOrArn}`);
}

/** The name in what modelPackageGroupArn takes. */
export const modelPackageGroupName = (nameOrArn: string) => nameOrArn.slice(nameOrArn.lastIndexOf('/') + 1);

export const modelPackageGroupStore = (database: Database) =>
  namedStore<ModelPackageGroupRequest>(database, 'sagemaker_model_package_groups');

/** DescribeModelPackageGroup's answer. */
export function modelPackageGroupAnswer({ name, arn, createdAt, request }: Named<ModelPackageGroupRequest>) {
  const { ModelPackageGroupDescription: description, createdBy } = request;
  return {
    ModelPackageGroupName: name,
    ModelPackageGroupArn: arn,
    ...(description ? { ModelPackageGroupDescription: description } : {}),
    CreationTime: createdAt,
    CreatedBy: { IamIdentity: { Arn: createdBy } },
    ModelPackageGroupStatus: 'Completed' as const,
  };
}
