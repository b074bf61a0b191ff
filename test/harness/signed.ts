/** Requests signed by hand, for requests that no client sends: another time, another key, an unsigned header, another body. */
import { type IncomingMessage, request as open } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { encodeUri, expectedSignature, readSignature, sha256, signingKey } from '../../server/src/wire/sigv4.ts';
import type { TestPlatform } from './platform.ts';

export interface Sending {
  readonly method?: string;
  /** Path and query. */
  readonly target?: string;
  readonly service: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array;
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  readonly region?: string;
  readonly at?: Date;
  /** The scope's date, where it is not that of `at`. */
  readonly date?: string;
  /** Seconds: the signature goes into the query. */
  readonly expires?: number;
  /** What is signed as the body's hash; the body's own where nothing is said. */
  readonly payloadHash?: string;
  /** Headers that are sent and not signed. */
  readonly unsigned?: readonly string[];
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export interface Signed {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: string | Uint8Array;
}

const joined = (value: string | readonly string[]) => (typeof value === 'string' ? value : value.join(','));

export function sign(platform: TestPlatform, sending: Sending): Signed {
  const { service, body = '', credentials = platform.credentials, region = platform.region, expires } = sending;
  const time = (sending.at ?? new Date()).toISOString().replace(/[-:]|\.\d+/g, '');
  const credential = `${credentials.accessKeyId}/${sending.date ?? time.slice(0, 8)}/${region}/${service}/aws4_request`;
  const payloadHash =
    sending.payloadHash ?? (service === 's3' && expires !== undefined ? 'UNSIGNED-PAYLOAD' : sha256(body));
  const headers: Record<string, string | string[]> = { host: new URL(platform.endpoint).host };
  for (const [name, value] of Object.entries(sending.headers ?? {})) headers[name] = value as string | string[];
  if (expires === undefined) {
    headers['x-amz-date'] = time;
    if (service === 's3') headers['x-amz-content-sha256'] ??= payloadHash;
    if (credentials.sessionToken) headers['x-amz-security-token'] = credentials.sessionToken;
  }
  const names = Object.keys(headers)
    .filter((name) => !sending.unsigned?.includes(name))
    .sort()
    .join(';');
  const [path = '/', own = ''] = (sending.target ?? '/').split('?');
  const parameters = {
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': credential,
    'X-Amz-Date': time,
    'X-Amz-Expires': String(expires),
    'X-Amz-SignedHeaders': names,
    ...(credentials.sessionToken ? { 'X-Amz-Security-Token': credentials.sessionToken } : {}),
    'X-Amz-Signature': '',
  };
  const added = Object.entries(parameters).map(([name, value]) => `${name}=${encodeUri(value)}`);
  const query = expires === undefined ? own : [...(own ? [own] : []), ...added].join('&');
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=`;
  const flat = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, joined(value)]));
  const request = {
    method: sending.method ?? 'GET',
    path,
    query,
    headers: expires === undefined ? { ...flat, authorization } : flat,
  };
  const read = readSignature(request);
  if (!read) throw new Error('nothing was signed');
  const key = signingKey(credentials.secretAccessKey, read);
  const signature = expectedSignature(read, request, payloadHash, key, read.service === 's3');
  return {
    method: request.method,
    target: query ? `${path}?${query}${expires === undefined ? '' : signature}` : path,
    headers: expires === undefined ? { ...headers, authorization: authorization + signature } : headers,
    body,
  };
}

export function send(
  platform: Pick<TestPlatform, 'endpoint'>,
  { method, target, headers, body }: Signed,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(platform.endpoint);
    const framed =
      headers['transfer-encoding'] || body.length === 0
        ? headers
        : { ...headers, 'content-length': String(Buffer.byteLength(body)) };
    const request = open({ hostname, port, method, path: target, headers: framed, agent: false }, async (response) => {
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: await buffer(response) });
    });
    request.once('error', reject);
    request.end(body);
  });
}
