/** AWS and AWS_PROXY with a function: https://docs.aws.amazon.com/apigateway/latest/developerguide/getting-started-with-lambda-integration.html */
import type { Integration } from '@aws-sdk/client-api-gateway';
import { formatArn } from '../../../contract/arn.ts';
import { AwsError } from '../../../contract/aws-error.ts';
import type { WebCaller, WebRequest, WebResponse } from '../../../contract/web-routes.ts';
import { functionArnIn } from '../integrations/function-uri.ts';
import { Failure, internalError, malformedProxy, timedOut } from './answers.ts';
import type { StageAddress } from './execute.ts';
import { integrationResponse } from './integration-response.ts';
import { readProxyAnswer } from './proxy-answer.ts';
import { proxyEvent } from './proxy-event.ts';
import type { Found } from './router.ts';
import type { ExecutionDeps } from './routes.ts';
import { requestTemplate } from './templates.ts';

export interface Invocation {
  readonly integration: Integration;
  readonly found: Found;
  readonly request: WebRequest;
  readonly address: StageAddress;
  readonly api: {
    readonly account: string;
    readonly region: string;
    readonly deploymentId: string;
    readonly variables: Readonly<Record<string, string>> | undefined;
    readonly binaryMediaTypes: readonly string[];
  };
  readonly caller: WebCaller | undefined;
  readonly deps: ExecutionDeps;
}

export async function lambdaIntegration(invocation: Invocation): Promise<WebResponse> {
  const { integration, request, api } = invocation;
  if (integration.type === 'AWS_PROXY') {
    const event = proxyEvent(invocation, await request.body());
    const { payload, error } = await invoke(invocation, Buffer.from(JSON.stringify(event)));
    if (error) throw new Failure(malformedProxy, 'the function failed');
    return readProxyAnswer(payload, api.binaryMediaTypes, request.headers.accept);
  }
  const template = requestTemplate(integration, request.headers['content-type']);
  const sent = template === undefined ? await request.body() : Buffer.from(template);
  const { payload, error } = await invoke(invocation, sent.length > 0 ? sent : Buffer.from('{}'));
  const selector = error ? errorMessageOf(payload) : '';
  return integrationResponse(integration, request, { selector, headers: {}, body: payload });
}

async function invoke(invocation: Invocation, payload: Uint8Array) {
  const { integration, found, address, request, api, deps } = invocation;
  const { account, region } = api;
  const path = `${address.apiId}/${address.stageName}/${request.method}${found.resourcePath.replace(/\{[^}]*\}/g, '*')}`;
  const arn = formatArn('execute-api', region, account, path);
  const limit = new AbortController();
  const timer = deps.clock.after(integration.timeoutInMillis ?? 29_000, () => limit.abort());
  const late = new Promise<never>((_resolve, reject) => {
    limit.signal.addEventListener('abort', () => reject(new Failure(timedOut)));
  });
  try {
    const gateway = deps.aws.asSource('apigateway.amazonaws.com', { arn, account, region });
    const input = { FunctionName: functionArnIn(integration.uri ?? '') ?? '', Payload: payload as never };
    const answered = gateway.call('lambda', 'Invoke', input, AbortSignal.any([limit.signal, request.signal]));
    const { Payload, FunctionError } = await Promise.race([answered, late]);
    return { payload: Buffer.from(Payload as unknown as Uint8Array), error: FunctionError !== undefined };
  } catch (error) {
    // The function is gone, or does not let this API in.
    if (error instanceof AwsError) throw new Failure(internalError, error);
    throw error;
  } finally {
    timer.cancel();
  }
}

function errorMessageOf(payload: Buffer): string {
  try {
    return String((JSON.parse(payload.toString('utf8')) as { errorMessage?: unknown }).errorMessage ?? '');
  } catch {
    return '';
  }
}
