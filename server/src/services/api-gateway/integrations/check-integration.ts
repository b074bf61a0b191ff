/** What PutIntegration accepts. */
import type { Call } from '../../../contract/call.ts';
import type { Input } from '../../../models/types.ts';
import { badRequest, refuseUnsupported } from '../refusals.ts';
import { functionArnIn } from './function-uri.ts';
import { parseRequestMapping } from './parameters.ts';

type Given = Input<'api-gateway', 'PutIntegration'>;

const passthroughBehaviors = ['WHEN_NO_MATCH', 'WHEN_NO_TEMPLATES', 'NEVER'];

export function checkIntegration(input: Given, call: Call): void {
  const { type, integrationHttpMethod, timeoutInMillis: timeout, passthroughBehavior: passthrough } = input;
  if (type !== 'MOCK' && !integrationHttpMethod) {
    throw badRequest(call, 'Enumeration value for HttpMethod must be non-empty');
  }
  if (type === 'AWS' || type === 'AWS_PROXY') checkFunction(input, call);
  else if (type !== 'MOCK' && !isEndpoint(input.uri)) throw badRequest(call, 'Invalid HTTP endpoint specified for URI');
  if (timeout !== undefined && (timeout < 50 || timeout > 29_000)) {
    throw badRequest(call, 'Timeout should be between 50 ms and 29000 ms');
  }
  if (passthrough !== undefined && !passthroughBehaviors.includes(passthrough)) {
    throw badRequest(
      call,
      `Invalid passthrough behavior specified. Valid options are ${passthroughBehaviors.join(', ')}`,
    );
  }
  if (input.connectionType === 'VPC_LINK') throw badRequest(call, 'connectionType VPC_LINK is not supported.');
  const { connectionId, credentials, cacheKeyParameters, contentHandling, tlsConfig, integrationTarget } = input;
  refuseUnsupported(call, {
    connectionId,
    credentials,
    cacheKeyParameters,
    contentHandling,
    tlsConfig,
    integrationTarget,
  });
  if (input.responseTransferMode === 'STREAM') throw badRequest(call, 'responseTransferMode STREAM is not supported.');
  checkTemplates('requestTemplates', input.requestTemplates, call);
  for (const [target, source] of Object.entries(input.requestParameters ?? {})) {
    if (!parseRequestMapping(target, source)) {
      throw badRequest(call, `Invalid mapping expression specified: ${target}: ${source}`);
    }
  }
}

function checkFunction({ type, uri = '', integrationHttpMethod }: Given, call: Call): void {
  if (!uri.startsWith('arn:')) throw badRequest(call, 'Invalid ARN specified in the request');
  if (functionArnIn(uri) === undefined) {
    throw badRequest(call, `Integrations of type ${type} are supported with Lambda functions only, not with ${uri}.`);
  }
  if (integrationHttpMethod !== 'POST') {
    throw badRequest(call, 'integrationHttpMethod: a Lambda function is invoked with POST only.');
  }
}

/** Path variables may be anywhere behind the host. */
function isEndpoint(uri = ''): boolean {
  try {
    const { protocol, username, host } = new URL(uri);
    return /^https?:$/.test(protocol) && username === '' && !/[{}]|%7b/i.test(host);
  } catch {
    return false;
  }
}

/** The text of a template is sent as it is: templates that compute something are refused. */
export function checkTemplates(name: string, templates: Readonly<Record<string, string>> = {}, call: Call): void {
  for (const [contentType, text] of Object.entries(templates)) {
    if (/\$[!{a-z]|#[#*{[a-z]/i.test(text)) {
      throw badRequest(
        call,
        `${name} for ${contentType}: variables and directives are not supported, only fixed text.`,
      );
    }
  }
}
