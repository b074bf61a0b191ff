/** The answer of a non-proxy integration: which response it becomes, its headers and its body. */
import type { Integration, IntegrationResponse } from '@aws-sdk/client-api-gateway';
import { RE2JS } from 're2js';
import type { WebRequest, WebResponse } from '../../../contract/web-routes.ts';
import { parseResponseMapping } from '../integrations/parameters.ts';
import { Failure, internalError } from './answers.ts';
import { responseTemplate } from './templates.ts';

export interface BackendAnswer {
  /** What the selection patterns are matched with: a status, or a function's error. */
  readonly selector: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
}

export function integrationResponse(
  { integrationResponses = {} }: Integration,
  { headers: requested }: Pick<WebRequest, 'headers'>,
  answer: BackendAnswer,
): WebResponse {
  const chosen = select(Object.values(integrationResponses), answer.selector);
  if (!chosen) throw new Failure(internalError);
  const template = responseTemplate(chosen.responseTemplates, requested.accept);
  const headers: Record<string, string> = { 'content-type': template?.[0] ?? 'application/json' };
  for (const [target, source] of Object.entries(chosen.responseParameters ?? {})) {
    const mapping = parseResponseMapping(target, source);
    if (!mapping) continue;
    const { from, name } = mapping;
    const value = from.kind === 'text' ? from.text : answer.headers[from.name.toLowerCase()];
    if (value !== undefined) headers[name.toLowerCase()] = value;
  }
  return { status: Number(chosen.statusCode), headers, body: template?.[1] ? template[1] : answer.body };
}

/** The default is the one without a pattern. */
function select(responses: readonly IntegrationResponse[], selector: string): IntegrationResponse | undefined {
  const matching = responses.find(
    ({ selectionPattern }) => selectionPattern && RE2JS.compile(selectionPattern).matches(selector),
  );
  return matching ?? responses.find(({ selectionPattern }) => !selectionPattern);
}
