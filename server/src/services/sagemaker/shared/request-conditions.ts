/**
 * The condition keys of SageMaker's requests that the service authorization reference lists for the operations here.
 * Pure, and run before validation: every member may be missing. Undefined: the request does not have the value.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html#amazonsagemaker-policy-keys
 */
import type { Call } from '../../../contract/call.ts';
import type { ContextValue } from '../../../contract/operation.ts';
import type { Input } from '../../../models/types.ts';
import { modelArn } from './model-arn.ts';

type Context = Readonly<Record<string, ContextValue>>;

const text = (value: boolean | number | undefined) => (value === undefined ? undefined : String(value));
/** Undefined instead of an empty list: the condition key is absent then. */
const list = (values: readonly (string | undefined)[] | undefined): readonly string[] | undefined => {
  const found = (values ?? []).filter((value) => value !== undefined);
  return found.length === 0 ? undefined : found;
};

interface Vpc {
  readonly SecurityGroupIds?: readonly string[] | undefined;
  readonly Subnets?: readonly string[] | undefined;
}

const vpcConditions = (vpc: Vpc | undefined): Context => ({
  'sagemaker:VpcSecurityGroupIds': list(vpc?.SecurityGroupIds),
  'sagemaker:VpcSubnets': list(vpc?.Subnets),
});

export function trainingJobConditions(input: Partial<Input<'sagemaker', 'CreateTrainingJob'>>): Context {
  const { ResourceConfig: resources } = input;
  const groups = resources?.InstanceGroups?.map(({ InstanceType: type }) => type) ?? [];
  const fileSystem = input.InputDataConfig?.map(({ DataSource: source }) => source?.FileSystemDataSource).find(Boolean);
  return {
    ...vpcConditions(input.VpcConfig),
    'sagemaker:InstanceTypes': list([resources?.InstanceType, ...groups]),
    'sagemaker:KeepAlivePeriod': text(resources?.KeepAlivePeriodInSeconds),
    'sagemaker:VolumeKmsKey': resources?.VolumeKmsKeyId,
    'sagemaker:OutputKmsKey': input.OutputDataConfig?.KmsKeyId,
    'sagemaker:MaxRuntimeInSeconds': text(input.StoppingCondition?.MaxRuntimeInSeconds),
    'sagemaker:NetworkIsolation': text(input.EnableNetworkIsolation),
    'sagemaker:InterContainerTrafficEncryption': text(input.EnableInterContainerTrafficEncryption),
    'sagemaker:EnableRemoteDebug': text(input.RemoteDebugConfig?.EnableRemoteDebug),
    'sagemaker:FileSystemId': fileSystem?.FileSystemId,
    'sagemaker:FileSystemType': fileSystem?.FileSystemType,
    'sagemaker:FileSystemAccessMode': fileSystem?.FileSystemAccessMode,
    'sagemaker:FileSystemDirectoryPath': fileSystem?.DirectoryPath,
  };
}

export function processingJobConditions(input: Partial<Input<'sagemaker', 'CreateProcessingJob'>>): Context {
  const cluster = input.ProcessingResources?.ClusterConfig;
  return {
    ...vpcConditions(input.NetworkConfig?.VpcConfig),
    'sagemaker:InstanceTypes': list([cluster?.InstanceType]),
    'sagemaker:VolumeKmsKey': cluster?.VolumeKmsKeyId,
    'sagemaker:OutputKmsKey': input.ProcessingOutputConfig?.KmsKeyId,
    'sagemaker:MaxRuntimeInSeconds': text(input.StoppingCondition?.MaxRuntimeInSeconds),
    'sagemaker:NetworkIsolation': text(input.NetworkConfig?.EnableNetworkIsolation),
    'sagemaker:InterContainerTrafficEncryption': text(input.NetworkConfig?.EnableInterContainerTrafficEncryption),
  };
}

export function modelConditions(input: Partial<Input<'sagemaker', 'CreateModel'>>): Context {
  return {
    ...vpcConditions(input.VpcConfig),
    'sagemaker:NetworkIsolation': text(input.EnableNetworkIsolation),
  };
}

export function endpointConfigConditions(
  input: Partial<Input<'sagemaker', 'CreateEndpointConfig'>>,
  call: Call,
): Context {
  const variants = input.ProductionVariants ?? [];
  const serverless = variants.map(({ ServerlessConfig: config }) => config).find(Boolean);
  return {
    'sagemaker:InstanceTypes': list(variants.map(({ InstanceType: type }) => type)),
    'sagemaker:AcceleratorTypes': list(variants.map(({ AcceleratorType: type }) => type)),
    'sagemaker:ModelArn': list(variants.map(({ ModelName: name }) => name && modelArn(call, name))),
    'sagemaker:VolumeKmsKey': input.KmsKeyId,
    'sagemaker:ServerlessMaxConcurrency': text(serverless?.MaxConcurrency),
    'sagemaker:ServerlessMemorySize': text(serverless?.MemorySizeInMB),
  };
}

interface PackageInput {
  readonly ModelApprovalStatus?: string | undefined;
  readonly CustomerMetadataProperties?: Readonly<Record<string, string>> | undefined;
}

export function modelPackageConditions(input: PackageInput): Context {
  const properties = Object.entries(input.CustomerMetadataProperties ?? {});
  return {
    'sagemaker:ModelApprovalStatus': input.ModelApprovalStatus,
    ...Object.fromEntries(properties.map(([key, value]) => [`sagemaker:CustomerMetadataProperties/${key}`, value])),
  };
}
