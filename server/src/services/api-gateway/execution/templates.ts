/** Templates by content type. Their text is sent as it is (PutIntegration refuses others). */
import type { Integration } from '@aws-sdk/client-api-gateway';
import { Failure, unsupportedMediaType } from './answers.ts';

const mediaType = (header: string | undefined) => header?.split(';')[0]?.trim().toLowerCase() || 'application/json';

/** Undefined: the body passes through. https://docs.aws.amazon.com/apigateway/latest/developerguide/integration-passthrough-behaviors.html */
export function requestTemplate(integration: Integration, contentType: string | undefined): string | undefined {
  const { requestTemplates: templates = {}, passthroughBehavior } = integration;
  const type = mediaType(contentType);
  if (Object.hasOwn(templates, type)) return templates[type];
  const hasTemplates = Object.keys(templates).length > 0;
  const isRefused = passthroughBehavior === 'NEVER' || (passthroughBehavior === 'WHEN_NO_TEMPLATES' && hasTemplates);
  if (isRefused) throw new Failure(unsupportedMediaType);
  return undefined;
}

/** The one that the client accepts, else the first. */
export function responseTemplate(
  templates: Readonly<Record<string, string>> = {},
  accept: string | undefined,
): readonly [contentType: string, text: string] | undefined {
  const entries = Object.entries(templates);
  return entries.find(([type]) => type === mediaType(accept)) ?? entries[0];
}
