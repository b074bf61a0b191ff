/** A model package: one version of a model, with its approval. Pure. */
import { formatArn } from '../../../../contract/arn.ts';
import type { PlatformEvent } from '../../../../contract/event.ts';
import type { Input } from '../../../../models/types.ts';

export type ModelPackageRequest = Input<'sagemaker', 'CreateModelPackage'>;
export type ModelPackageStatus = 'Pending' | 'InProgress' | 'Completed' | 'Failed' | 'Deleting';
export type ApprovalStatus = NonNullable<ModelPackageRequest['ModelApprovalStatus']>;

export interface ModelPackage {
  readonly arn: string;
  readonly account: string;
  readonly region: string;
  readonly groupName: string | undefined;
  readonly version: number | undefined;
  readonly status: ModelPackageStatus;
  readonly approvalStatus: ApprovalStatus | undefined;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
  readonly revision: number;
  readonly request: ModelPackageRequest;
  readonly state: ModelPackageState;
}

export interface ModelPackageState {
  /** Names the folder of its check. */
  readonly runId: string;
  readonly createdBy: string;
  readonly modifiedBy?: string;
  readonly approvalDescription?: string;
  readonly failureReason?: string;
}

const at = (scope: { region: string; account: string }, rest: string) =>
  formatArn('sagemaker', scope.region, scope.account, `model-package/${rest}`);

export const versionArn = (scope: { region: string; account: string }, group: string, version: number) =>
  at(scope, `${group}/${version}`);

/** Takes a name or an ARN, as the operations do. */
export const modelPackageArn = (scope: { region: string; account: string }, nameOrArn: string) =>
  nameOrArn?.startsWith('arn:') ? nameOrArn : at(scope, nameOrArn);

/** The checks that Clary makes, as ModelPackageStatusDetails. */
function statusDetails({ status, state }: ModelPackage) {
  const of = {
    Pending: 'NotStarted',
    InProgress: 'InProgress',
    Completed: 'Completed',
    Failed: 'Failed',
    Deleting: 'Completed',
  } as const;
  return {
    ValidationStatuses: [
      { Name: 'artifact', Status: of[status], ...(state.failureReason ? { FailureReason: state.failureReason } : {}) },
    ],
    ImageScanStatuses: [],
  };
}

/** DescribeModelPackage's answer. AWS omits ModelPackageName for a version: https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-details.html */
export function describePackage(version: ModelPackage) {
  const { request, state } = version;
  const { Tags: _, ClientToken: __, ModelApprovalStatus: ___, ModelPackageGroupName: ____, ...asked } = request;
  return {
    ...asked,
    ...(version.groupName ? { ModelPackageGroupName: version.groupName } : {}),
    ...(version.version === undefined ? {} : { ModelPackageVersion: version.version }),
    ModelPackageArn: version.arn,
    CreationTime: version.createdAt,
    LastModifiedTime: version.modifiedAt,
    CreatedBy: { IamIdentity: { Arn: state.createdBy } },
    ...(state.modifiedBy ? { LastModifiedBy: { IamIdentity: { Arn: state.modifiedBy } } } : {}),
    ModelPackageStatus: version.status,
    ModelPackageStatusDetails: statusDetails(version),
    ...(version.approvalStatus ? { ModelApprovalStatus: version.approvalStatus } : {}),
    ...(state.approvalDescription ? { ApprovalDescription: state.approvalDescription } : {}),
  };
}

/** https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html, model package state change */
export function modelPackageEvent(version: ModelPackage): PlatformEvent {
  const { request } = version;
  return {
    account: version.account,
    region: version.region,
    source: 'aws.sagemaker',
    detailType: 'SageMaker Model Package State Change',
    resources: [version.arn],
    detail: {
      ModelPackageName:
        request.ModelPackageName ?? (version.groupName ? `${version.groupName}/${version.version}` : ''),
      ...(version.groupName ? { ModelPackageGroupName: version.groupName, ModelPackageVersion: version.version } : {}),
      ModelPackageArn: version.arn,
      CreationTime: version.createdAt.toISOString(),
      ModelPackageStatus: version.status,
      InferenceSpecification: request.InferenceSpecification,
      ModelPackageStatusDetails: statusDetails(version),
      CertifyForMarketplace: request.CertifyForMarketplace ?? false,
      ModelApprovalStatus: version.approvalStatus,
      ...(version.state.approvalDescription ? { ApprovalDescription: version.state.approvalDescription } : {}),
    },
    time: version.modifiedAt,
  };
}
