/**
 * CreateModelPackage: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModelPackage.html
 * The request names no role, so the caller must be allowed to read the artifact that the platform will open.
 */

import { formatGlobalArn } from '../../../../contract/arn.ts';
import type { Call } from '../../../../contract/call.ts';
import { randomHex } from '../../../../kit/ids.ts';
import { Conflict } from '../../../../storage/database.ts';
import type { SageMakerOperation, SageMakerResources, WakingResources } from '../../shared/deps.ts';
import { modelPackageConditions } from '../../shared/request-conditions.ts';
import { parseS3Uri } from '../../shared/s3-uri.ts';
import { givenTags } from '../../shared/tags/given-tags.ts';
import {
  modelPackageGroupArn,
  modelPackageGroupName,
  modelPackageGroupStore,
} from '../model-package-groups/model-package-group.ts';
import {
  type ModelPackage,
  type ModelPackageRequest,
  modelPackageArn,
  modelPackageEvent,
  versionArn,
} from './model-package.ts';
import { modelPackageStore } from './model-package-store.ts';

export const artifactUri = (request: ModelPackageRequest): string | undefined => {
  const container = request.InferenceSpecification?.Containers?.[0];
  return container?.ModelDataUrl ?? container?.ModelDataSource?.S3DataSource?.S3Uri;
};

export const createModelPackage: SageMakerOperation<'CreateModelPackage', WakingResources> = {
  access(input, call) {
    const location = parseS3Uri(artifactUri(input) ?? '');
    const group = input.ModelPackageGroupName;
    const name = group ? `${modelPackageGroupName(group)}/*` : (input.ModelPackageName ?? '*');
    return [
      {
        action: 'sagemaker:CreateModelPackage',
        resource: modelPackageArn(call, name),
        context: modelPackageConditions(input),
      },
      ...(location
        ? [
            {
              action: 's3:GetObject',
              resource: formatGlobalArn('s3', call.region, '', `${location.bucket}/${location.key}`),
            },
          ]
        : []),
    ];
  },
  async handle(input, call, deps) {
    checkRequest(input, call, deps);
    for (;;) {
      const version = await newVersion(input, call, deps);
      try {
        const statements = [
          modelPackageStore(deps.database).insert(version),
          ...(version.groupName
            ? [modelPackageGroupStore(deps.database).stillThere(modelPackageGroupArn(call, version.groupName))]
            : []),
          ...givenTags(version.arn, input.Tags, call),
        ];
        await deps.outbox.write(statements, modelPackageEvent(version));
      } catch (error) {
        if (!(error instanceof Conflict)) throw error;
        // Another caller took this version number: take the next one, if the group still exists. A name that is taken is refused.
        if (version.groupName) continue;
        throw call.error('ConflictException', `Model Package already exists: ${version.arn}`);
      }
      deps.wake(version.arn);
      return { ModelPackageArn: version.arn };
    }
  },
};

function checkRequest(input: ModelPackageRequest, call: Call, deps: SageMakerResources): void {
  // AWS's text: https://github.com/getmoto/moto/pull/7165
  if (input.ModelPackageGroupName && input.ModelPackageName) {
    throw call.error(
      'ValidationException',
      'Both ModelPackageName and ModelPackageGroupName are provided in the input. Cannot determine which one to use.',
    );
  }
  if (!input.ModelPackageGroupName && !input.ModelPackageName) throw call.error('ValidationException', 'Missing ARN.');
  // AWS's text: https://github.com/aws/aws-cdk/issues/33699
  if (input.ModelPackageGroupName && input.Tags?.length) {
    throw call.error(
      'ValidationException',
      'Tags are not supported in Model Package versions. Please add them to the Model Package Group',
    );
  }
  if (input.SourceAlgorithmSpecification) {
    throw call.error('ValidationException', 'SourceAlgorithmSpecification is not supported by Clary yet.');
  }
  const containers = input.InferenceSpecification?.Containers ?? [];
  if (containers.length !== 1) {
    throw call.error(
      'ValidationException',
      'InferenceSpecification with exactly one container is what Clary supports yet.',
    );
  }
  const [container] = containers;
  if (container?.Image) deps.images.get(container.Image, 'registering', call);
  const uri = artifactUri(input);
  if (!container?.Image || !uri || !parseS3Uri(uri)) {
    throw call.error('ValidationException', 'The container needs an Image and a ModelDataUrl in S3.');
  }
}

async function newVersion(input: ModelPackageRequest, call: Call, deps: SageMakerResources): Promise<ModelPackage> {
  const group = input.ModelPackageGroupName;
  const scope = { account: call.account, region: call.region };
  const groupName = group && modelPackageGroupName(group);
  let version: number | undefined;
  if (groupName) {
    const groupArn = modelPackageGroupArn(call, groupName);
    if (!(await modelPackageGroupStore(deps.database).find(groupArn))) {
      throw call.error('ValidationException', `Model Package Group does not exist: ${groupArn}`);
    }
    version = (await modelPackageStore(deps.database).findLatestVersion(scope, groupName)) + 1;
  }
  return {
    ...scope,
    arn:
      groupName && version
        ? versionArn(scope, groupName, version)
        : modelPackageArn(scope, input.ModelPackageName ?? ''),
    groupName,
    version,
    status: 'Pending',
    // https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-approve.html: a version without a status waits for approval.
    approvalStatus: input.ModelApprovalStatus ?? (groupName ? 'PendingManualApproval' : undefined),
    createdAt: call.now,
    modifiedAt: call.now,
    revision: 1,
    request: input,
    state: { runId: randomHex(8), createdBy: call.principal.arn },
  };
}
