/** HTTP and HTTP_PROXY: the request to a web server of the user's. */
import type { Integration } from '@aws-sdk/client-api-gateway';
import type { WebRequest, WebResponse } from '../../../contract/web-routes.ts';
import { parseRequestMapping, type Source } from '../integrations/parameters.ts';
import { integrationResponse } from './integration-response.ts';
import type { Found } from './router.ts';
import type { ExecutionDeps } from './routes.ts';
import { sendHttp } from './send-http.ts';
import { requestTemplate } from './templates.ts';

interface Running {
  readonly integration: Integration;
  readonly found: Found;
  readonly request: WebRequest;
  readonly deps: ExecutionDeps;
}

/** Of one connection, or made anew for the next. */
const ownHeaders = new Set(
  'connection keep-alive proxy-connection transfer-encoding te trailer upgrade expect host content-length'.split(' '),
);

export async function httpIntegration(running: Running): Promise<WebResponse> {
  const { integration, request, deps } = running;
  const isProxy = integration.type === 'HTTP_PROXY';
  const template = isProxy ? undefined : requestTemplate(integration, request.headers['content-type']);
  const { url, headers } = addressOf(running, isProxy);
  const method = integration.httpMethod === 'ANY' ? request.method : (integration.httpMethod ?? request.method);
  const sent = template === undefined ? await request.body() : Buffer.from(template);
  const answer = await sendHttp({
    url,
    method,
    headers,
    body: method === 'GET' || method === 'HEAD' ? Buffer.alloc(0) : sent,
    timeoutMs: integration.timeoutInMillis ?? 29_000,
    signal: request.signal,
    deps,
  });
  const passed = withoutOwn(answer.headers);
  if (isProxy) return { status: answer.status, headers: passed, body: answer.body };
  return integrationResponse(integration, request, {
    selector: String(answer.status),
    headers: passed,
    body: answer.body,
  });
}

const withoutOwn = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !ownHeaders.has(name)));

/** A proxy passes query and headers on; else only what is mapped is sent. */
function addressOf({ integration, found, request }: Running, isProxy: boolean) {
  const query = new URLSearchParams(isProxy ? request.query : '');
  const headers: Record<string, string> = isProxy
    ? withoutOwn(request.headers)
    : { 'content-type': request.headers['content-type'] ?? 'application/json' };
  let uri = integration.uri ?? '';
  for (const [target, source] of Object.entries(integration.requestParameters ?? {})) {
    const mapping = parseRequestMapping(target, source);
    const value = mapping && readSource(mapping.from, found, request);
    if (!mapping || value === undefined) continue;
    if (mapping.place === 'path') uri = uri.replaceAll(`{${mapping.name}}`, () => inPath(value));
    else if (mapping.place === 'header') headers[mapping.name.toLowerCase()] = value;
    else query.set(mapping.name, value);
  }
  const url = new URL(uri);
  for (const [name, value] of query) url.searchParams.append(name, value);
  return { url, headers };
}

/** A value is part of the path, and neither ends it nor leaves it. */
const inPath = (value: string) =>
  value
    .split('/')
    .map((part) => (/^(?:\.|%2e){1,2}$/i.test(part) ? '' : part.replace(/[?#\\\s]/g, encodeURIComponent)))
    .join('/');

function readSource(source: Source, { pathParameters }: Found, { headers, query }: WebRequest): string | undefined {
  if (source.kind === 'text') return source.text;
  if (source.place === 'path') return pathParameters[source.name];
  if (source.place === 'header') return headers[source.name.toLowerCase()];
  return new URLSearchParams(query).get(source.name) ?? undefined;
}
