/** From a model artifact to an endpoint in service: register, approve, deploy. */
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  CreateModelPackageCommand,
  CreateModelPackageGroupCommand,
  DeleteEndpointCommand,
  DescribeEndpointCommand,
  DescribeModelPackageCommand,
  UpdateModelPackageCommand,
} from '@aws-sdk/client-sagemaker';
import { sagemaker } from './clients.ts';
import type { Foundation } from './foundation.ts';
import { until } from './stage.ts';
import { xgboostImage } from './train.ts';

/** Registers a version that waits for approval. The platform opens, loads and tries the artifact before the version is Completed. */
export async function register(groupName: string, modelDataUrl: string, evaluationUri: string): Promise<string> {
  await sagemaker
    .send(new CreateModelPackageGroupCommand({ ModelPackageGroupName: groupName }))
    .catch((error: Error) => {
      if (!error.message.includes('already exists')) throw error;
    });
  const { ModelPackageArn: arn } = await sagemaker.send(
    new CreateModelPackageCommand({
      ModelPackageGroupName: groupName,
      ModelApprovalStatus: 'PendingManualApproval',
      InferenceSpecification: {
        Containers: [{ Image: xgboostImage, ModelDataUrl: modelDataUrl }],
        SupportedContentTypes: ['text/csv'],
        SupportedResponseMIMETypes: ['text/csv'],
      },
      ModelMetrics: { ModelQuality: { Statistics: { ContentType: 'application/json', S3Uri: evaluationUri } } },
    }),
  );
  const version = await until('the check of the model package', async () => {
    const description = await sagemaker.send(new DescribeModelPackageCommand({ ModelPackageName: arn }));
    return description.ModelPackageStatus === 'Completed' || description.ModelPackageStatus === 'Failed'
      ? description
      : undefined;
  });
  if (version.ModelPackageStatus === 'Failed') {
    throw new Error(JSON.stringify(version.ModelPackageStatusDetails?.ValidationStatuses));
  }
  return arn ?? '';
}

export async function approve(modelPackageArn: string, description: string): Promise<void> {
  await sagemaker.send(
    new UpdateModelPackageCommand({
      ModelPackageArn: modelPackageArn,
      ModelApprovalStatus: 'Approved',
      ApprovalDescription: description,
    }),
  );
}

/** Puts the version into service and captures its traffic. Answers the endpoint's ARN. */
export async function deploy({ bucket, roleArn }: Foundation, name: string, modelPackageArn: string): Promise<string> {
  await sagemaker.send(
    new CreateModelCommand({
      ModelName: name,
      ExecutionRoleArn: roleArn,
      PrimaryContainer: { ModelPackageName: modelPackageArn },
    }),
  );
  await sagemaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: name,
      ProductionVariants: [
        { VariantName: 'AllTraffic', ModelName: name, InstanceType: 'ml.m5.large', InitialInstanceCount: 1 },
      ],
      DataCaptureConfig: {
        EnableCapture: true,
        InitialSamplingPercentage: 100,
        DestinationS3Uri: `s3://${bucket}/captured`,
        CaptureOptions: [{ CaptureMode: 'Input' }, { CaptureMode: 'Output' }],
        CaptureContentTypeHeader: { CsvContentTypes: ['text/csv'] },
      },
    }),
  );
  await sagemaker.send(new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: name }));
  const endpoint = await until(`endpoint ${name}`, async () => {
    const description = await sagemaker.send(new DescribeEndpointCommand({ EndpointName: name }));
    return description.EndpointStatus === 'Creating' ? undefined : description;
  });
  if (endpoint.EndpointStatus !== 'InService') throw new Error(`${endpoint.EndpointStatus}: ${endpoint.FailureReason}`);
  return endpoint.EndpointArn ?? '';
}

/** Deletes the endpoint and waits until it is deleted. */
export async function withdraw(name: string): Promise<void> {
  await sagemaker.send(new DeleteEndpointCommand({ EndpointName: name }));
  await until(`the end of endpoint ${name}`, () =>
    sagemaker.send(new DescribeEndpointCommand({ EndpointName: name })).then(
      () => undefined,
      (error: Error) => (error.message.startsWith('Could not find endpoint') ? true : Promise.reject(error)),
    ),
  );
}
