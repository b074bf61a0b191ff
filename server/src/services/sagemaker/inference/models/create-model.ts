/**
 * CreateModel: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModel.html
 * Unlike AWS it refuses a model package version that is not Approved, unless `requireApprovedModelPackage` is off.
 */

import { setTimeout } from 'node:timers/promises';
import { AwsError } from '../../../../contract/aws-error.ts';
import type { Call } from '../../../../contract/call.ts';
import type { Output } from '../../../../models/types.ts';
import { Conflict } from '../../../../storage/database.ts';
import type { SageMakerOperation, SageMakerResources } from '../../shared/deps.ts';
import { assumeExecutionRole, passRole, refuseForeignRole } from '../../shared/execution-role.ts';
import { modelArn } from '../../shared/model-arn.ts';
import { modelConditions } from '../../shared/request-conditions.ts';
import { parseS3Uri } from '../../shared/s3-uri.ts';
import { givenTags } from '../../shared/tags/given-tags.ts';
import { type ModelRequest, modelStore, type ServedContainer } from './model.ts';

const lookAgainMs = 250;
/** 20 seconds: clients give up after 60. */
const mostLooks = 80;

/** Variables with which AWS's container would serve something other than the built-in XGBoost does. */
const unsupportedVariables = [
  ['SAGEMAKER_PROGRAM', 'inference scripts'],
  ['SAGEMAKER_SUBMIT_DIRECTORY', 'inference scripts'],
  ['SAGEMAKER_INFERENCE_OUTPUT', 'selected inference output'],
  ['SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT', 'another default of Accept'],
  ['SAGEMAKER_MULTI_MODEL', 'multi-model containers'],
] as const;

type Container = NonNullable<ModelRequest['PrimaryContainer']>;

export const createModel: SageMakerOperation<'CreateModel'> = {
  access: (input, call) => [
    { action: 'sagemaker:CreateModel', resource: modelArn(call, input.ModelName), context: modelConditions(input) },
    ...passRole(input.ExecutionRoleArn),
  ],
  async handle(input, call, deps) {
    const container = onlyContainer(input, call);
    const served = await resolveContainer(container, call, deps);
    refuseWhatIsNotServed(served, call);
    const arn = modelArn(call, input.ModelName);
    await checkArtifact(arn, served, input.ExecutionRoleArn, call, deps);
    const { account, region, now: createdAt } = call;
    const row = { arn, account, region, name: input.ModelName, createdAt, request: { ...input, served } };
    try {
      await deps.database.write([modelStore(deps.database).insert(row), ...givenTags(arn, input.Tags, call)]);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      throw call.error('ValidationException', `Cannot create already existing model "${arn}".`);
    }
    return { ModelArn: arn };
  },
};

function onlyContainer(input: ModelRequest, call: Call): Container {
  const containers = [...(input.PrimaryContainer ? [input.PrimaryContainer] : []), ...(input.Containers ?? [])];
  const [container] = containers;
  if (!container) throw call.error('ValidationException', 'Requires at least 1 container definition.');
  if (containers.length > 1) {
    throw call.error(
      'ValidationException',
      'Inference pipelines (more than one container) are not supported by Clary yet.',
    );
  }
  if (container.Mode === 'MultiModel') {
    throw call.error('ValidationException', 'Multi-model containers (Mode MultiModel) are not supported by Clary yet.');
  }
  return container;
}

/** Ignoring these variables would give wrong predictions without an error. */
function refuseWhatIsNotServed({ environment }: ServedContainer, call: Call): void {
  for (const [name, what] of unsupportedVariables) {
    if (!environment[name]) continue;
    throw call.error(
      'ValidationException',
      `Environment variable ${name} (${what}) is not supported by Clary yet: models are served by the built-in XGBoost alone.`,
    );
  }
}

type ModelPackage = Output<'sagemaker', 'DescribeModelPackage'>;

const isBeingChecked = ({ ModelPackageStatus: status }: ModelPackage) =>
  status === 'Pending' || status === 'InProgress';

async function resolveContainer(container: Container, call: Call, deps: SageMakerResources): Promise<ServedContainer> {
  if (container.ModelPackageName) return containerOfPackage(container, container.ModelPackageName, call, deps);
  const source = container.ModelDataSource?.S3DataSource;
  if (source && source.CompressionType !== 'Gzip') {
    throw call.error('ValidationException', 'ModelDataSource is supported by Clary for CompressionType Gzip only.');
  }
  const modelDataUrl = container.ModelDataUrl ?? source?.S3Uri;
  if (!container.Image || !modelDataUrl) {
    throw call.error(
      'ValidationException',
      'The container definition needs an Image and a ModelDataUrl, or a ModelPackageName.',
    );
  }
  deps.images.get(container.Image, 'serving', call);
  return { image: container.Image, modelDataUrl, environment: container.Environment ?? {} };
}

async function containerOfPackage(
  container: Container,
  name: string,
  call: Call,
  deps: SageMakerResources,
): Promise<ServedContainer> {
  const mayDeploy = ({ ModelApprovalStatus: approval }: ModelPackage) =>
    !deps.settings.requireApprovedModelPackage || !approval || approval === 'Approved';
  let version = await describePackage(name, call, deps);
  // On AWS a version can be deployed at once; here the call waits for the version's check.
  for (let looks = 0; isBeingChecked(version) && mayDeploy(version) && looks < mostLooks; looks++) {
    if (call.signal.aborted) break;
    await setTimeout(lookAgainMs);
    version = await describePackage(name, call, deps);
  }
  const { ModelPackageArn: arn, ModelPackageStatus: status, ModelApprovalStatus: approval } = version;
  if (status !== 'Completed') {
    throw call.error('ValidationException', `Model package "${arn}" is ${status}, not Completed.`);
  }
  if (!mayDeploy(version)) {
    throw call.error(
      'ValidationException',
      `Model package "${arn}" has approval status ${approval}: only an Approved version may be deployed. ` +
        'Approve it with UpdateModelPackage, or start the platform with --no-require-approved-model-package.',
    );
  }
  const packaged = version.InferenceSpecification?.Containers?.[0];
  const modelDataUrl = packaged?.ModelDataUrl ?? packaged?.ModelDataSource?.S3DataSource?.S3Uri;
  if (!packaged?.Image || !modelDataUrl) {
    throw call.error('ValidationException', `Model package "${arn}" names no image and artifact to deploy.`);
  }
  deps.images.get(packaged.Image, 'serving', call);
  const environment = { ...packaged.Environment, ...container.Environment };
  return { image: packaged.Image, modelDataUrl, environment };
}

/** Called as SageMaker itself: the caller needs the permission to create models, not to describe packages. */
async function describePackage(name: string, call: Call, { aws }: SageMakerResources): Promise<ModelPackage> {
  try {
    const registry = aws.asService(call.account, 'sagemaker.amazonaws.com', call.region);
    return await registry.call('sagemaker', 'DescribeModelPackage', { ModelPackageName: name });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw call.error('ValidationException', `Could not find model package "${name}".`, { cause: error });
  }
}

/** The role must be able to read the artifact. AWS checks this in CreateModel too; the text was observed. */
async function checkArtifact(
  arn: string,
  served: ServedContainer,
  roleArn: string | undefined,
  call: Call,
  deps: SageMakerResources,
) {
  const location = parseS3Uri(served.modelDataUrl);
  if (!location) throw call.error('ValidationException', `Invalid S3 URI for model data: ${served.modelDataUrl}`);
  if (roleArn) refuseForeignRole(roleArn, call, 'ExecutionRoleArn');
  try {
    const aws = roleArn ? await assumeExecutionRole(arn, roleArn, call, deps) : call.aws;
    await aws.call('s3', 'HeadObject', { Bucket: location.bucket, Key: location.key });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw call.error(
      'ValidationException',
      `Could not access model data at ${served.modelDataUrl}. Please ensure that the role "${roleArn ?? call.principal.arn}" exists and that its trust ` +
        'relationship policy allows the action "sts:AssumeRole" for the service principal "sagemaker.amazonaws.com". Also ensure that the role has ' +
        `"s3:GetObject" permissions and that the object is located in ${call.region}.`,
      { cause: error },
    );
  }
}
