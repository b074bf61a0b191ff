/**
 * InvokeEndpoint: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
 * The hot path: no SQL, no look into the payload, nothing awaited but the model.
 */

import { formatArn } from '../../contract/arn.ts';
import type { AwsAccess } from '../../contract/aws.ts';
import type { AwsError } from '../../contract/aws-error.ts';
import type { Call } from '../../contract/call.ts';
import type { Input } from '../../models/types.ts';
import { pickReplica, pickVariant } from '../../serving/pick-replica.ts';
import type { InvocationRequest, InvocationResponse, Replica } from '../../serving/replica.ts';
import type { EndpointRoute, VariantRoute } from '../../serving/routing-table.ts';
import type { SageMakerRuntimeOperation } from './deps.ts';

/** https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html: a container must answer within 60 seconds. */
const modelTimeoutMs = 60_000;

/** What a frame holds. A longer one must not look like a model that is away. */
const maxTypeBytes = 255;

type InvokeInput = Input<'sagemaker-runtime', 'InvokeEndpoint'>;

export const invokeEndpoint: SageMakerRuntimeOperation<'InvokeEndpoint'> = {
  audit: { data: true, readOnly: true },
  access: (input, call, { routing }) => [
    {
      action: 'sagemaker:InvokeEndpoint',
      resource: formatArn('sagemaker', call.region, call.account, `endpoint/${input.EndpointName}`),
      // Of an endpoint that serves nothing no tags are known: conditions on them fail safe.
      ...routing.find(call.account, call.region, input.EndpointName)?.tags,
    },
  ],
  async handle(input, call, { routing, capture, metrics, aws }) {
    const started = performance.now();
    refuseWhatIsNotBuilt(input, call);
    const route = routing.find(call.account, call.region, input.EndpointName);
    if (!route) throw await withoutRoute(input.EndpointName, call, aws);
    const variant = variantOf(route, input.TargetVariant, call);
    const replica = pickReplica(variant);
    if (!replica) throw unavailable(call, route, variant);
    const request: InvocationRequest = {
      // The SDK's type names every blob a client may pass; a payload that the model does not stream arrives as bytes.
      body: input.Body as unknown as Uint8Array,
      contentType: input.ContentType ?? 'text/csv',
      accept: input.Accept ?? '*/*',
      ...(input.CustomAttributes ? { customAttributes: input.CustomAttributes } : {}),
    };
    const asked = performance.now();
    const response = await ask(replica, request, () => {
      metrics.record(route, variant, 500, performance.now() - asked, asked - started);
      throw unavailable(call, route, variant);
    });
    const answered = performance.now();
    const status = response.status;
    // 204 is a container's answer to an empty body.
    const isAnswer = status >= 200 && status < 300;
    if (isAnswer) capture.take(route, variant, request, response, input.InferenceId, call.now);
    metrics.record(route, variant, status, answered - asked, asked - started + (performance.now() - answered));
    if (!isAnswer) throw modelError(call, route, response);
    return {
      Body: response.body,
      ContentType: response.contentType,
      InvokedProductionVariant: variant.name,
    };
  },
};

const serving: readonly (string | undefined)[] = ['InService', 'Updating', 'SystemUpdating', 'RollingBack'];

/** After a restart of the machine an endpoint in service has no route until its models are loaded again: clients retry a 503. */
async function withoutRoute(endpointName: string, call: Call, aws: AwsAccess): Promise<AwsError> {
  const sagemaker = aws.asService(call.account, 'sagemaker.amazonaws.com', call.region);
  const described = sagemaker.call('sagemaker', 'DescribeEndpoint', { EndpointName: endpointName });
  const status = await described.then(
    ({ EndpointStatus }) => EndpointStatus,
    () => undefined,
  );
  return serving.includes(status)
    ? call.error('ServiceUnavailable', `The models of endpoint ${endpointName} are being loaded.`)
    : call.error('ValidationError', `Endpoint ${endpointName} of account ${call.account} not found.`);
}

async function ask(replica: Replica, request: InvocationRequest, onFailure: () => never): Promise<InvocationResponse> {
  try {
    return await replica.invoke(request, modelTimeoutMs);
  } catch {
    return onFailure();
  }
}

function refuseWhatIsNotBuilt(input: InvokeInput, call: Call): void {
  const refused =
    (input.TargetModel && 'TargetModel') ||
    (input.TargetContainerHostname && 'TargetContainerHostname') ||
    (input.InferenceComponentName && 'InferenceComponentName') ||
    (input.EnableExplanations && 'EnableExplanations') ||
    (input.SessionId && 'SessionId');
  if (refused) throw call.error('ValidationError', `${refused} is not supported by Clary yet.`);
  const tooLong = (isTooLong(input.ContentType) && 'ContentType') || (isTooLong(input.Accept) && 'Accept');
  if (tooLong) throw call.error('ValidationError', `${tooLong} is longer than ${maxTypeBytes} bytes.`);
}

const isTooLong = (type: string | undefined) => type !== undefined && Buffer.byteLength(type) > maxTypeBytes;

function variantOf(route: EndpointRoute, target: string | undefined, call: Call): VariantRoute {
  if (target) {
    const named = route.variants.find((variant) => variant.name === target);
    if (named) return named;
    throw call.error('ValidationError', `Variant ${target} not found for endpoint ${route.endpointName}.`);
  }
  const picked = pickVariant(route, Math.random());
  if (!picked)
    throw call.error('ServiceUnavailable', `Endpoint ${route.endpointName} has no variant with a weight.`, {
      status: 503,
    });
  return picked;
}

/** AWS's sentences for a container that answers with an error (observed). */
function modelError(call: Call, route: EndpointRoute, response: InvocationResponse) {
  const message = Buffer.from(response.body).toString('utf8').slice(0, 1024).trim();
  const kind = response.status >= 500 ? 'server' : 'client';
  const group = `/aws/sagemaker/Endpoints/${route.endpointName}`;
  return call.error(
    'ModelError',
    `Received ${kind} error (${response.status}) from primary with message "${message}". See log group ${group} in account ${call.account} for more information.`,
    {
      fields: {
        OriginalStatusCode: response.status,
        OriginalMessage: message,
        LogStreamArn: formatArn('logs', call.region, call.account, `log-group:${group}`),
      },
    },
  );
}

const unavailable = (call: Call, route: EndpointRoute, variant: VariantRoute) =>
  call.error(
    'ServiceUnavailable',
    `No instance of variant ${variant.name} of endpoint ${route.endpointName} answers at this moment. Please retry.`,
    { status: 503 },
  );
