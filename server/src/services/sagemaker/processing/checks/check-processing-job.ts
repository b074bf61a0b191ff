/** Refuses CreateProcessingJob requests that cannot succeed, with AWS's text where it was observed. */
import type { AwsError } from '../../../../contract/aws-error.ts';
import type { Call } from '../../../../contract/call.ts';
import type { SageMakerResources, SageMakerSettings } from '../../shared/deps.ts';
import type { Runtime } from '../../shared/images.ts';
import { parseS3Uri } from '../../shared/s3-uri.ts';
import { instanceCount } from '../cluster.ts';
import type { ProcessingJobRequest } from '../processing-job.ts';
import { pathFault } from './check-paths.ts';

type Refuse = (message: string) => AwsError;

/** Each is a process group with an address in one network of 254. */
const maxInstances = 64;

/** Throws ValidationException. */
export function checkProcessingJob(
  request: ProcessingJobRequest,
  call: Call,
  { settings, images }: Pick<SageMakerResources, 'settings' | 'images'>,
): void {
  const refuse: Refuse = (message) => call.error('ValidationException', message);
  const runtime = images.get(request.AppSpecification.ImageUri, 'processing', call);
  checkProgram(request, runtime, settings, refuse);
  checkInstances(request, runtime, settings, refuse);
  checkInputs(request, settings, refuse);
  checkOutputs(request, settings, refuse);
}

function checkProgram(
  { AppSpecification: app }: ProcessingJobRequest,
  { kind }: Runtime,
  { sandbox }: SageMakerSettings,
  refuse: Refuse,
): void {
  const { ImageUri: image, ContainerEntrypoint: entrypoint, ContainerArguments: args } = app;
  if (kind === 'builtin') {
    if (entrypoint || args)
      throw refuse(
        `AppSpecification.ContainerEntrypoint and ContainerArguments for ${image} is not supported by Clary.`,
      );
    return;
  }
  // Only the container engine knows the image's own entry point.
  if (kind === 'container') return;
  if (!entrypoint?.length)
    throw refuse(
      `Image ${image} has no program of its own for processing: name yours in AppSpecification.ContainerEntrypoint, for example ` +
        `["python3", "/opt/ml/processing/input/code/script.py"], and bring it by an input.`,
    );
  if (!sandbox)
    throw refuse(
      `Image ${image} needs bubblewrap on Clary's machine for processing, which gives the program its /opt/ml: install it (apt-get install bubblewrap) ` +
        `and start Clary with --sandbox auto.`,
    );
}

function checkInstances(
  request: ProcessingJobRequest,
  runtime: Runtime,
  { sandbox }: SageMakerSettings,
  refuse: Refuse,
): void {
  if (!request.ProcessingResources.ClusterConfig) throw refuse('ProcessingResources needs a ClusterConfig.');
  const count = instanceCount(request);
  if (count === 1) return;
  if (runtime.kind === 'builtin')
    throw refuse(
      `Image ${request.AppSpecification.ImageUri} runs on one instance: set InstanceCount to 1, not ${count}.`,
    );
  if (count > maxInstances)
    throw refuse(`More than ${maxInstances} instances are not supported by Clary: asked for ${count}.`);
  if (runtime.kind !== 'container' && !sandbox) throw refuse(`${count} instances need bubblewrap on Clary's machine.`);
  if (request.NetworkConfig?.EnableNetworkIsolation)
    throw refuse(
      `EnableNetworkIsolation with ${count} instances is not supported by Clary yet: they could not reach each other.`,
    );
}

function checkInputs(
  { ProcessingInputs: inputs = [] }: ProcessingJobRequest,
  settings: SageMakerSettings,
  refuse: Refuse,
): void {
  checkNames(
    'Input',
    inputs.map(({ InputName: name = '' }) => name),
    refuse,
  );
  for (const { InputName: name, S3Input: s3, DatasetDefinition: dataset, AppManaged: appManaged } of inputs) {
    if (dataset)
      throw refuse(
        `Input ${name}: DatasetDefinition (Athena and Redshift) is not supported by Clary. Export the query's result to S3 and use an S3Input.`,
      );
    if (!s3) throw refuse(`Input ${name} needs an S3Input.`);
    if (!parseS3Uri(s3.S3Uri ?? '')) throw refuse(`Invalid S3 URI: ${s3.S3Uri}`);
    // https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProcessingS3Input.html
    if (s3.S3CompressionType === 'Gzip' && s3.S3InputMode !== 'Pipe')
      throw refuse(`Input ${name}: Gzip can only be used when Pipe mode is specified as the S3InputMode.`);
    // "…into named pipes", says API_ProcessingS3Input, but no page names the pipes. With a wrong name the program would wait for ever.
    if (s3.S3InputMode === 'Pipe')
      throw refuse(`Input ${name}: S3InputMode Pipe is not supported by Clary for processing jobs. Use File.`);
    if (!appManaged) checkPath(`Input ${name}`, s3.LocalPath, settings, refuse);
  }
}

function checkOutputs(
  { ProcessingOutputConfig: config }: ProcessingJobRequest,
  settings: SageMakerSettings,
  refuse: Refuse,
): void {
  const outputs = config?.Outputs ?? [];
  checkNames(
    'Output',
    outputs.map(({ OutputName: name = '' }) => name),
    refuse,
  );
  for (const { OutputName: name, S3Output: s3, FeatureStoreOutput: store, AppManaged: appManaged } of outputs) {
    if (store) throw refuse(`Output ${name}: FeatureStoreOutput is not supported by Clary. Use an S3Output.`);
    if (!s3) throw refuse(`Output ${name} needs an S3Output.`);
    if (!parseS3Uri(s3.S3Uri ?? '')) throw refuse(`Invalid S3 URI: ${s3.S3Uri}`);
    if (!appManaged) checkPath(`Output ${name}`, s3.LocalPath, settings, refuse);
  }
}

function checkNames(what: 'Input' | 'Output', names: readonly string[], refuse: Refuse): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw refuse(`${what} names must be unique; ${twice} is used more than once.`);
}

function checkPath(where: string, path: string | undefined, { sandbox }: SageMakerSettings, refuse: Refuse): void {
  if (!path) throw refuse(`${where}: LocalPath is a required parameter when AppManaged is False.`);
  const fault = pathFault(path, sandbox !== undefined);
  if (fault) throw refuse(`${where}: LocalPath ${JSON.stringify(path)} ${fault}.`);
}
