/** The gateway's own errors, in each format. Sources: https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html, S3's error list; texts observed. */
import { AwsError } from '../contract/aws-error.ts';
import { Unavailable } from '../kit/unavailable.ts';
import type { MalformedSignature } from '../wire/malformed-signature.ts';
import type { RequestFormat } from './format.ts';

type Family = 'json' | 'query' | 's3';
const familyOf = ({ protocol, traits }: RequestFormat): Family =>
  traits.errors ?? (protocol === 'query' ? 'query' : 'json');

const invalidToken = 'The security token included in the request is invalid.';
const noMatch =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

const messages = {
  missing: {
    json: ['MissingAuthenticationTokenException', 'Missing Authentication Token'],
    query: ['MissingAuthenticationToken', 'Request is missing Authentication Token'],
    s3: ['AccessDenied', 'Access Denied'],
  },
  malformed: {
    json: ['IncompleteSignatureException', ''],
    query: ['IncompleteSignature', ''],
    s3: ['AuthorizationHeaderMalformed', ''],
  },
  malformedUrl: {
    json: ['IncompleteSignatureException', ''],
    query: ['IncompleteSignature', ''],
    s3: ['AuthorizationQueryParametersError', ''],
  },
  unknownKey: {
    json: ['UnrecognizedClientException', invalidToken],
    query: ['InvalidClientTokenId', invalidToken],
    s3: ['InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.'],
  },
  unknownToken: {
    json: ['UnrecognizedClientException', invalidToken],
    query: ['InvalidClientTokenId', invalidToken],
    s3: ['InvalidToken', 'The provided token is malformed or otherwise invalid.'],
  },
  mismatch: {
    json: ['InvalidSignatureException', noMatch],
    query: ['SignatureDoesNotMatch', noMatch],
    s3: [
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    ],
  },
  skewed: {
    json: ['InvalidSignatureException', ''],
    query: ['SignatureDoesNotMatch', ''],
    s3: ['RequestTimeTooSkewed', "The difference between the request time and the server's time is too large."],
  },
  expiredToken: {
    json: ['ExpiredTokenException', 'The security token included in the request is expired'],
    query: ['ExpiredToken', 'The security token included in the request is expired'],
    s3: ['ExpiredToken', 'The provided token has expired.'],
  },
  denied: { json: ['AccessDeniedException', ''], query: ['AccessDenied', ''], s3: ['AccessDenied', ''] },
  tooLarge: {
    json: ['RequestEntityTooLargeException', 'Request size exceeded the limit.'],
    query: ['RequestEntityTooLarge', 'Request size exceeded the limit.'],
    s3: ['MaxMessageLengthExceeded', 'Your request was too large.'],
  },
} as const satisfies Record<string, Record<Family, readonly [code: string, message: string]>>;

export type RefusalKind = keyof typeof messages;

/** What S3 answers with 400: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList */
const badRequests: ReadonlySet<RefusalKind> = new Set([
  'malformed',
  'malformedUrl',
  'unknownToken',
  'expiredToken',
  'tooLarge',
]);

/** JSON services answer 400 where the others answer 403; clients read the codes. */
function statusOf(kind: RefusalKind, { protocol, traits }: RequestFormat): number {
  if (traits.errors === 's3') return badRequests.has(kind) ? 400 : 403;
  if (kind === 'tooLarge') return 413;
  return protocol.startsWith('aws-json') || protocol === 'rpc-v2-cbor' ? 400 : 403;
}

export function refusal(kind: RefusalKind, format: RequestFormat, message?: string): AwsError {
  const [code, usual] = messages[kind][familyOf(format)];
  return new AwsError(code, message ?? usual, { status: statusOf(kind, format) });
}

/** A signature that cannot be read, or is not for this request. */
export function malformed(format: RequestFormat, form: 'header' | 'query', error: MalformedSignature): AwsError {
  const { fault, message, s3 } = error;
  if (format.traits.errors !== 's3') return refusal(fault === 'scope' ? 'mismatch' : 'malformed', format, message);
  if (fault === 'time') return refusal('denied', format, s3);
  if (fault === 'mechanism') {
    return new AwsError(
      'InvalidRequest',
      'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
      { status: 400 },
    );
  }
  if (form === 'query') return refusal('malformedUrl', format, s3);
  return refusal('malformed', format, `The authorization header is malformed; ${s3}`);
}

/** S3 lists the headers that must be signed; the other services name only the host. Observed. */
export function unsigned(names: readonly string[], format: RequestFormat): AwsError {
  if (format.traits.errors !== 's3')
    return refusal('mismatch', format, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  return new AwsError('AccessDenied', 'There were headers present in the request which were not signed', {
    status: 403,
    fields: { HeadersNotSigned: names.join(', ') },
  });
}

const inSeconds = (ms: number) => new Date(ms).toISOString().replace(/\.\d+/, '');

/** A presigned URL whose time has passed. Observed: S3 returns the time of expiry and its own time. */
export function expired(format: RequestFormat, endedAt: number, now: number, lifetimeSeconds?: number): AwsError {
  if (format.traits.errors !== 's3') return refusal('skewed', format, 'Request has expired');
  return new AwsError('AccessDenied', 'Request has expired', {
    status: 403,
    fields: {
      ...(lifetimeSeconds === undefined ? {} : { 'X-Amz-Expires': lifetimeSeconds }),
      Expires: inSeconds(endedAt),
      ServerTime: inSeconds(now),
    },
  });
}

/** S3 returns the right region to clients that sign for an invalid one (s3cmd's `US`), and they retry with it. */
export const wrongRegion = (region: string, expected: string) =>
  new AwsError(
    'AuthorizationHeaderMalformed',
    `The authorization header is malformed; the region '${region}' is wrong; expecting '${expected}'`,
    { status: 400, fields: { Region: expected } },
  );

export const missingPayloadHash = () =>
  new AwsError('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256', { status: 400 });

/** The answer to a throw that was not written for callers. Texts: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
export function defect({ traits }: RequestFormat, thrown: unknown): AwsError {
  if (thrown instanceof Unavailable && traits.errors === 's3')
    return new AwsError('ServiceUnavailable', 'Service is unable to handle request.', { status: 503 });
  if (traits.errors === 's3') {
    return new AwsError('InternalError', 'We encountered an internal error. Please try again.', { status: 500 });
  }
  return new AwsError(
    'InternalFailure',
    'The request processing has failed because of an unknown error, exception or failure.',
    { status: 500 },
  );
}

export function notBuilt(service: string, operation: string): AwsError {
  return new AwsError('NotImplemented', `${operation} of ${service} is not implemented by Clary.`, { status: 501 });
}
