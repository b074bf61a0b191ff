/** The gateway's own refusals, in each protocol's format. Sources: https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html, S3's error list; texts observed. */
import { AwsError } from '../contract/aws-error.ts';
import { Unavailable } from '../kit/unavailable.ts';
import type { ProtocolName } from '../models/catalog.ts';
import type { MalformedSignature } from '../wire/malformed-signature.ts';

type Family = 'json' | 'query' | 's3';
const familyOf = (protocol: ProtocolName): Family =>
  protocol === 'rest-xml' ? 's3' : protocol === 'query' ? 'query' : 'json';

const invalidToken = 'The security token included in the request is invalid.';
const noMatch =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

const words = {
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

export type RefusalKind = keyof typeof words;

/** What S3 answers with 400: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList */
const badRequests: ReadonlySet<RefusalKind> = new Set(['malformed', 'malformedUrl', 'unknownToken', 'expiredToken']);

/** JSON services answer 400 where the others answer 403; clients read the codes. */
const statusOf = (kind: RefusalKind, protocol: ProtocolName): number => {
  if (kind === 'tooLarge') return protocol === 'rest-xml' ? 400 : 413;
  if (protocol === 'rest-xml' && badRequests.has(kind)) return 400;
  return protocol.startsWith('aws-json') || protocol === 'rpc-v2-cbor' ? 400 : 403;
};

export function refusal(kind: RefusalKind, protocol: ProtocolName, message?: string): AwsError {
  const [code, usual] = words[kind][familyOf(protocol)];
  return new AwsError(code, message ?? usual, { status: statusOf(kind, protocol) });
}

/** A signature that cannot be read, or is not for this request. */
export function malformed(protocol: ProtocolName, form: 'header' | 'query', error: MalformedSignature): AwsError {
  const { fault, message, s3 } = error;
  if (protocol !== 'rest-xml') return refusal(fault === 'scope' ? 'mismatch' : 'malformed', protocol, message);
  if (fault === 'time') return refusal('denied', protocol, s3);
  if (fault === 'mechanism') {
    return new AwsError(
      'InvalidRequest',
      'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
      { status: 400 },
    );
  }
  if (form === 'query') return refusal('malformedUrl', protocol, s3);
  return refusal('malformed', protocol, `The authorization header is malformed; ${s3}`);
}

/** S3 lists the headers that must be signed; the other services name only the host. Observed. */
export function unsigned(names: readonly string[], protocol: ProtocolName): AwsError {
  if (protocol !== 'rest-xml')
    return refusal('mismatch', protocol, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  return new AwsError('AccessDenied', 'There were headers present in the request which were not signed', {
    status: 403,
    fields: { HeadersNotSigned: names.join(', ') },
  });
}

/** What a caller reads of a throw that was not written for callers. Texts: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
export function defect(protocol: ProtocolName, thrown?: unknown): AwsError {
  if (thrown instanceof Unavailable && protocol === 'rest-xml')
    return new AwsError('ServiceUnavailable', 'Service is unable to handle request.', { status: 503 });
  if (protocol === 'rest-xml') {
    return new AwsError('InternalError', 'We encountered an internal error. Please try again.', { status: 500 });
  }
  return new AwsError(
    'InternalFailure',
    'The request processing has failed because of an unknown error, exception or failure.',
    {
      status: 500,
    },
  );
}

export function notBuilt(service: string, operation: string): AwsError {
  return new AwsError('NotImplemented', `${operation} of ${service} is not implemented by Clary.`, { status: 501 });
}
