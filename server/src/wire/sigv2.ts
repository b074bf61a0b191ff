/**
 * AWS Signature Version 2 in S3's query form, as pure functions: boto3 and the AWS CLI still use it by default for presigned URLs and
 * forms (docs/decisions/0016-signature-version-2.md). https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html
 */
import { createHmac } from 'node:crypto';
import type { WireRequest } from './protocol.ts';
import { splitQuery } from './query-string.ts';
import { bucketOfHost } from './virtual-host.ts';

export interface QuerySignature2 {
  readonly accessKeyId: string;
  readonly signature: string;
  /** Seconds since 1970, as received. */
  readonly expires: string;
  readonly token: string | undefined;
}

const own = ['AWSAccessKeyId', 'Signature', 'Expires'] as const;

/** Undefined for a request without such a signature; 'incomplete' if a part of it is missing. */
export function readSignature2({
  headers,
  query,
}: Pick<WireRequest, 'headers' | 'query'>): QuerySignature2 | 'incomplete' | undefined {
  if (headers.authorization !== undefined || !/(?:^|&)AWSAccessKeyId=/.test(query)) return undefined;
  const values = new Map(splitQuery(query));
  const [accessKeyId, signature, expires] = own.map((name) => values.get(name));
  if (!accessKeyId || !signature || !expires) return 'incomplete';
  return { accessKeyId, signature, expires, token: amzHeaders(headers, query).get('x-amz-security-token') };
}

/**
 * Parameters that narrow a list are not signed. All others are, those that are not in AWS's list included: an unsigned parameter could change what a
 * signed request does.
 */
const unsigned = new Set([
  ...own,
  ...['prefix', 'marker', 'delimiter', 'max-keys', 'encoding-type', 'list-type', 'continuation-token', 'start-after'],
  ...['fetch-owner', 'key-marker', 'version-id-marker', 'upload-id-marker', 'max-uploads', 'part-number-marker'],
  ...['max-parts', 'x-id', 'content-type', 'content-md5'],
]);

/** Headers in the query count as headers. */
function amzHeaders(headers: WireRequest['headers'], query: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of splitQuery(query)) {
    if (/^x-amz-/i.test(name)) found.set(name.toLowerCase(), value);
  }
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith('x-amz-')) found.set(name, value.replace(/\s*\n\s*/g, ' ').trim());
  }
  return found;
}

const byName = ([a]: readonly [string, string], [b]: readonly [string, string]) => (a < b ? -1 : a > b ? 1 : 0);

function canonicalResource({ path, query, headers, domain }: Omit<WireRequest, 'body'>): string {
  const bucket = bucketOfHost(headers.host, domain);
  const signed = splitQuery(query)
    .filter(([name]) => !unsigned.has(name) && !/^x-amz-/i.test(name))
    .sort(byName)
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`));
  const question = signed.length === 0 ? '' : `?${signed.join('&')}`;
  return `${bucket === undefined ? '' : `/${bucket}`}${path}${question}`;
}

function stringToSign(request: Omit<WireRequest, 'body'>, expires: string): string {
  const { method, headers, query } = request;
  const amz = [...amzHeaders(headers, query)].sort(byName).map(([name, value]) => `${name}:${value}\n`);
  const { 'content-md5': md5 = '', 'content-type': type = '' } = headers;
  return `${method}\n${md5}\n${type}\n${expires}\n${amz.join('')}${canonicalResource(request)}`;
}

/** In base64. */
export const sign2 = (secret: string, text: string): string => createHmac('sha1', secret).update(text).digest('base64');

/** The signature that the request should have. */
export function expectedSignature2(
  request: Omit<WireRequest, 'body'>,
  { expires }: QuerySignature2,
  secret: string,
): string {
  return sign2(secret, stringToSign(request, expires));
}
