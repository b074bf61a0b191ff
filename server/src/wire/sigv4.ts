/**
 * AWS Signature Version 4, header and query form, as pure functions: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 * and, for S3, https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html. Uses only the given key.
 */
import { createHmac, createSecretKey, hash, type KeyObject, timingSafeEqual } from 'node:crypto';
import {
  MalformedSignature,
  malformedCredential,
  missingParts,
  otherMechanism,
  outOfScope,
  unreadableTime,
} from './malformed-signature.ts';
import type { WireRequest } from './protocol.ts';

export interface Signature {
  readonly form: 'header' | 'query';
  readonly accessKeyId: string;
  /** yyyymmdd of the scope. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** yyyymmddThhmmssZ */
  readonly time: string;
  /** Query form only, in seconds. */
  readonly expires: number | undefined;
  readonly token: string | undefined;
}

const algorithm = 'AWS4-HMAC-SHA256';
export const emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

const hmac = (key: Buffer | string, text: string) => createHmac('sha256', key).update(text).digest();
export const sha256 = (data: string | Uint8Array): string => hash('sha256', data, 'hex');

const unreserved = /^[\w.~-]*$/;

/** RFC 3986: everything but letters, digits and -._~ */
export function encodeUri(text: string): string {
  if (unreserved.test(text)) return text;
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function decodeUri(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

type SignedHead = Pick<WireRequest, 'headers' | 'query'>;

/** The signature in the Authorization header, else in the query; undefined for a request without one. Throws MalformedSignature. */
export const readSignature = (head: SignedHead): Signature | undefined =>
  readHeaderSignature(head) ?? readQuerySignature(head);

/** Undefined for a request without an Authorization header. Throws MalformedSignature. */
export function readHeaderSignature({ headers }: SignedHead): Signature | undefined {
  const { authorization } = headers;
  return authorization === undefined ? undefined : readHeader(authorization, headers);
}

/** Undefined for a query without a signature. Throws MalformedSignature. */
export function readQuerySignature({ query }: SignedHead): Signature | undefined {
  return query.includes('X-Amz-Signature=') || query.includes('X-Amz-Algorithm=') ? readQuery(query) : undefined;
}

function readScope(
  form: 'header' | 'query',
  credential: string,
  time: string,
): Pick<Signature, 'accessKeyId' | 'date' | 'region' | 'service'> {
  const [accessKeyId = '', date = '', region = '', service = '', end = '', ...rest] = credential.split('/');
  if (!accessKeyId || !date || !region || !service || !end || rest.length > 0)
    throw malformedCredential(form, credential);
  if (end !== 'aws4_request') throw outOfScope(form, end, date, time);
  return { accessKeyId, date, region, service };
}

const parts = ['Credential', 'Signature', 'SignedHeaders'] as const;

function readHeader(authorization: string, headers: WireRequest['headers']): Signature {
  if (!authorization.startsWith(`${algorithm} `)) throw otherMechanism(authorization);
  const part = (name: (typeof parts)[number]): string => {
    const at = authorization.indexOf(`${name}=`);
    const end = authorization.indexOf(',', at);
    return authorization.slice(at + name.length + 1, end === -1 ? undefined : end).trim();
  };
  const missing = parts.filter((name) => !authorization.includes(`${name}=`));
  const time = headers['x-amz-date'] ?? compactTime(headers.date);
  if (missing.length > 0 || !time) throw missingParts(missing, Boolean(time), authorization);
  return {
    form: 'header',
    ...readScope('header', part('Credential'), time),
    signedHeaders: part('SignedHeaders').split(';'),
    signature: part('Signature'),
    time,
    expires: undefined,
    token: headers['x-amz-security-token'],
  };
}

function compactTime(date: string | undefined): string | undefined {
  const time = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(time) ? undefined : `${new Date(time).toISOString().replace(/[-:]|\.\d+/g, '')}`;
}

function readQuery(query: string): Signature {
  const values = new URLSearchParams(query);
  const part = (name: string): string => {
    const value = values.get(name);
    if (value === null) {
      throw new MalformedSignature(
        'incomplete',
        'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
      );
    }
    return value;
  };
  if (part('X-Amz-Algorithm') !== algorithm)
    throw new MalformedSignature('incomplete', `X-Amz-Algorithm only supports "${algorithm}"`);
  const expires = Number(part('X-Amz-Expires') || Number.NaN);
  if (!Number.isInteger(expires)) throw new MalformedSignature('incomplete', 'X-Amz-Expires should be a number');
  if (expires < 0) throw new MalformedSignature('incomplete', 'X-Amz-Expires must be non-negative');
  if (expires > 604_800) {
    throw new MalformedSignature(
      'incomplete',
      'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds',
    );
  }
  return {
    form: 'query',
    ...readScope('query', part('X-Amz-Credential'), part('X-Amz-Date')),
    signedHeaders: part('X-Amz-SignedHeaders').split(';'),
    signature: part('X-Amz-Signature'),
    time: part('X-Amz-Date'),
    expires,
    token: values.get('X-Amz-Security-Token') ?? undefined,
  };
}

/** The time of the signature, in milliseconds since 1970. Throws MalformedSignature if it cannot be read, or is of another day than the scope. */
export function signedAt({ form, date, time }: Pick<Signature, 'form' | 'date' | 'time'>): number {
  const at = signatureTime(time);
  if (Number.isNaN(at)) throw unreadableTime(form, time);
  if (date !== time.slice(0, 8)) throw outOfScope(form, 'aws4_request', date, time);
  return at;
}

/** Milliseconds since 1970 of yyyymmddThhmmssZ; NaN for anything else. */
export function signatureTime(time: string): number {
  if (!/^\d{8}T\d{6}Z$/.test(time)) return Number.NaN;
  const iso = `${time.slice(0, 4)}-${time.slice(4, 6)}-${time.slice(6, 11)}:${time.slice(11, 13)}:${time.slice(13)}`;
  return Date.parse(iso);
}

const keys = new Map<string, KeyObject>();
const maxKeys = 1000;

/**
 * The key of a day, a region and a service; cached, because deriving it is the most expensive part of a verification. A KeyObject, because
 * an HMAC whose key is bytes takes Node 24 seven times as long.
 */
export function signingKey(
  secret: string,
  { date, region, service }: Pick<Signature, 'date' | 'region' | 'service'>,
): KeyObject {
  const id = `${secret}/${date}/${region}/${service}`;
  let key = keys.get(id);
  if (!key) {
    key = createSecretKey(hmac(hmac(hmac(hmac(`AWS4${secret}`, date), region), service), 'aws4_request'));
    if (keys.size >= maxKeys) keys.clear();
    keys.set(id, key);
  }
  return key;
}

export const scopeOf = ({ date, region, service }: Pick<Signature, 'date' | 'region' | 'service'>) =>
  `${date}/${region}/${service}/aws4_request`;

const unreservedPath = /^[\w.~/-]+$/;

/** As clients normalize: no empty segments, no `.`, no `..`; a trailing slash stays. */
function normalized(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  return `/${segments.join('/')}${segments.length > 0 && path.endsWith('/') ? '/' : ''}`;
}

function canonicalPath(given: string, encodesOnce: boolean): string {
  // S3 signs the path as it was sent, encoded once; the other services sign the normalized path, encoded twice.
  const path = encodesOnce || !/\/[./]/.test(given) ? given : normalized(given);
  if (unreservedPath.test(path)) return path;
  const segments = path.split('/');
  return segments.map((segment) => encodeUri(encodesOnce ? decodeUri(segment) : segment)).join('/') || '/';
}

function canonicalQuery(query: string): string {
  if (query === '') return '';
  return query
    .split('&')
    .filter((part) => part !== '' && !part.startsWith('X-Amz-Signature='))
    .map((part) => {
      const at = part.indexOf('=');
      const [name, value] = at === -1 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)];
      return [encodeUri(decodeUri(name)), encodeUri(decodeUri(value))] as const;
    })
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

const trimmed = (value: string) => (value.includes('  ') ? value.replace(/ +/g, ' ') : value).trim();

export function canonicalRequest(
  request: Omit<WireRequest, 'body'>,
  signedHeaders: readonly string[],
  payloadHash: string,
  encodesPathOnce: boolean,
): string {
  let headers = '';
  for (const name of signedHeaders) {
    const value = Object.hasOwn(request.headers, name) ? request.headers[name] : undefined;
    headers += `${name}:${trimmed(value ?? '')}\n`;
  }
  const path = canonicalPath(request.path, encodesPathOnce);
  return `${request.method}\n${path}\n${canonicalQuery(request.query)}\n${headers}\n${signedHeaders.join(';')}\n${payloadHash}`;
}

/** The signature that the request should have, in hexadecimal. `encodesPathOnce`: SigningTraits in models/wire-traits.ts. */
export function expectedSignature(
  signature: Signature,
  request: Omit<WireRequest, 'body'>,
  payloadHash: string,
  key: KeyObject,
  encodesPathOnce = false,
): string {
  const canonical = canonicalRequest(request, signature.signedHeaders, payloadHash, encodesPathOnce);
  return createHmac('sha256', key)
    .update(`${algorithm}\n${signature.time}\n${scopeOf(signature)}\n${sha256(canonical)}`)
    .digest('hex');
}

/** The signature of a browser's form covers its policy, as received: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html */
export function signPolicy(
  secret: string,
  scope: Pick<Signature, 'date' | 'region' | 'service'>,
  policy: string,
): string {
  return createHmac('sha256', signingKey(secret, scope)).update(policy).digest('hex');
}

/** In constant time. */
export function isSameSignature(expected: string, given: string): boolean {
  const [one, other] = [Buffer.from(expected), Buffer.from(given)];
  return one.length === other.length && timingSafeEqual(one, other);
}
