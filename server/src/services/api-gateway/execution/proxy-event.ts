/** The event of a proxy integration, as recorded on AWS (LocalStack's snapshots of test_apigateway_lambda.py, 2024-07), without CloudFront's headers. */
import type { Invocation } from './lambda.ts';

export function proxyEvent({ found, request, address, api, caller }: Invocation, body: Uint8Array) {
  const { headers, query, method } = request;
  const shown = Object.entries(headersFor(request)).map(([name, value]) => [properCase(name), value] as const);
  const queries = [...new URLSearchParams(query)];
  const isBinary = isBinaryType(api.binaryMediaTypes, headers['content-type']);
  return {
    resource: found.resourcePath,
    path: address.path,
    httpMethod: method,
    headers: Object.fromEntries(shown),
    multiValueHeaders: Object.fromEntries(shown.map(([name, value]) => [name, [value]])),
    queryStringParameters: orNull(Object.fromEntries(queries)),
    multiValueQueryStringParameters: orNull(valuesByName(queries)),
    pathParameters: orNull(found.pathParameters),
    stageVariables: orNull(api.variables ?? {}),
    requestContext: requestContext({ found, request, address, api, caller }),
    body: body.length === 0 ? null : Buffer.from(body).toString(isBinary ? 'base64' : 'utf8'),
    isBase64Encoded: isBinary && body.length > 0,
  };
}

function requestContext({ found, request, address, api, caller }: Omit<Invocation, 'deps' | 'integration'>) {
  const { now, requestId, sourceIp, headers, method } = request;
  const domainName = (headers.host ?? '').replace(/:\d+$/, '');
  const principal = caller?.principal;
  return {
    resourceId: found.resourceId,
    resourcePath: found.resourcePath,
    httpMethod: method,
    extendedRequestId: requestId,
    requestTime: requestTime(now),
    path: `/${address.stageName}${address.path}`,
    accountId: api.account,
    protocol: 'HTTP/1.1',
    stage: address.stageName,
    domainPrefix: domainName.split('.')[0] ?? '',
    requestTimeEpoch: now.getTime(),
    requestId,
    identity: {
      cognitoIdentityPoolId: null,
      accountId: principal?.account ?? null,
      cognitoIdentityId: null,
      caller: principal?.userId ?? null,
      sourceIp,
      principalOrgId: null,
      accessKey: principal?.accessKeyId ?? null,
      cognitoAuthenticationType: null,
      cognitoAuthenticationProvider: null,
      userArn: principal?.arn ?? null,
      userAgent: headers['user-agent'] ?? null,
      user: principal?.userId ?? null,
    },
    domainName,
    deploymentId: api.deploymentId,
    apiId: address.apiId,
  };
}

function headersFor({ headers, sourceIp, secure }: Invocation['request']): Record<string, string> {
  const { connection: _connection, 'content-length': _length, 'transfer-encoding': _coding, ...others } = headers;
  const port = /:(\d+)$/.exec(headers.host ?? '')?.[1] ?? (secure ? '443' : '80');
  const before = others['x-forwarded-for'];
  return {
    ...others,
    'x-forwarded-for': before ? `${before}, ${sourceIp}` : sourceIp,
    'x-forwarded-port': port,
    'x-forwarded-proto': secure ? 'https' : 'http',
  };
}

/** HTTP/1.1 clients of AWS are shown as they wrote them; the gateway knows names in lower case only. */
const properCase = (name: string) => name.replace(/(?:^|-)[a-z]/g, (text) => text.toUpperCase());

const orNull = <T extends object>(values: T): T | null => (Object.keys(values).length > 0 ? values : null);

function valuesByName(queries: readonly [string, string][]): Record<string, string[]> {
  const groups = Map.groupBy(queries, ([name]) => name);
  return Object.fromEntries([...groups].map(([name, all]) => [name, all.map(([, value]) => value)]));
}

/** `09/Apr/2015:12:34:56 +0000` */
function requestTime(now: Date): string {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) (\S+)/.exec(now.toUTCString()) ?? [];
  return `${day}/${month}/${year}:${time} +0000`;
}

function isBinaryType(types: readonly string[], contentType = ''): boolean {
  const own = contentType.split(';')[0]?.trim().toLowerCase();
  return types.some((type) => type === '*/*' || type.toLowerCase() === own);
}
