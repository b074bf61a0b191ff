/** MOCK: the request template says the status. https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html */
import type { Integration } from '@aws-sdk/client-api-gateway';
import type { WebRequest, WebResponse } from '../../../contract/web-routes.ts';
import { Failure, internalError } from './answers.ts';
import { integrationResponse } from './integration-response.ts';
import { requestTemplate } from './templates.ts';

/** AWS reads JSON whose names have no quotes too. */
const status = /^\s*\{[\s\S]*?["']?statusCode["']?\s*:\s*["']?(\d{3})\b/;

export async function mockIntegration(integration: Integration, request: WebRequest): Promise<WebResponse> {
  const template = requestTemplate(integration, request.headers['content-type']);
  const text = template ?? Buffer.from(await request.body()).toString('utf8');
  const selector = status.exec(text)?.[1];
  if (selector === undefined) throw new Failure(internalError);
  return integrationResponse(integration, request, { selector, headers: {}, body: '' });
}
