/**
 * Errors of a signature that are found before its key is looked up, in the messages of S3 and of all other services.
 * All others: as observed on DynamoDB (https://github.com/architect/dynalite/blob/main/index.js) and API Gateway. S3: as observed,
 * https://github.com/versity/versitygw/tree/main/s3err, https://github.com/arqbackup/arq_restore/issues/48
 */
import { hash } from 'node:crypto';

/**
 * incomplete: a part is missing or cannot be read. scope: complete, but not for this request. mechanism: another kind of authorization.
 * time: no readable time.
 */
export type Fault = 'incomplete' | 'scope' | 'mechanism' | 'time';

/** The gateway sends it in the protocol's format: `message`, or for S3 `s3`. */
export class MalformedSignature extends Error {
  readonly fault: Fault;
  readonly s3: string;
  constructor(fault: Fault, message: string, s3: string = message) {
    super(message);
    this.fault = fault;
    this.s3 = s3;
  }
}

/** A header may contain another user's secret; its hash is enough to identify it. */
const shown = (authorization: string) => hash('sha256', authorization, 'base64');

export function otherMechanism(authorization: string): MalformedSignature {
  const [scheme = ''] = authorization.split(' ');
  return new MalformedSignature(
    'mechanism',
    scheme.startsWith('AWS4-')
      ? `Unsupported AWS 'algorithm': '${scheme.slice(0, 100)}' (only AWS4-HMAC-SHA256 for now). `
      : `Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '${shown(authorization)}'.`,
  );
}

const noTime = 'AWS authentication requires a valid Date or x-amz-date header';

export function missingParts(missing: readonly string[], hasTime: boolean, authorization: string): MalformedSignature {
  const sentences = missing.map((name) => `Authorization header requires '${name}' parameter.`);
  if (!hasTime) sentences.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  sentences.push(`(Hashed with SHA-256 and encoded with Base64) Authorization=${shown(authorization)}`);
  return missing.length === 0
    ? new MalformedSignature('time', sentences.join(' '), noTime)
    : new MalformedSignature(
        'incomplete',
        sentences.join(' '),
        'the authorization header requires three components: Credential, SignedHeaders, and Signature.',
      );
}

export function unreadableTime(form: 'header' | 'query', time: string): MalformedSignature {
  const message = `Date must be in ISO-8601 'basic format'. Got '${time.slice(0, 100)}'. See http://en.wikipedia.org/wiki/ISO_8601`;
  return form === 'header'
    ? new MalformedSignature('time', message, noTime)
    : new MalformedSignature(
        'incomplete',
        message,
        `X-Amz-Date must be in the ISO8601 Long Format "yyyyMMdd'T'HHmmss'Z'"`,
      );
}

const inUrl = (form: 'header' | 'query', sentence: string) =>
  form === 'query' ? `Error parsing the X-Amz-Credential parameter; ${sentence}` : sentence;

export function malformedCredential(form: 'header' | 'query', credential: string): MalformedSignature {
  return new MalformedSignature(
    'incomplete',
    `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential.slice(0, 200)}'`,
    inUrl(form, 'the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".'),
  );
}

/** `end`: the text in the position of aws4_request. S3 reports one error at a time, the others all at once. */
export function outOfScope(form: 'header' | 'query', end: string, date: string, time: string): MalformedSignature {
  const day = time.slice(0, 8);
  const everything = [
    ...(end === 'aws4_request'
      ? []
      : [`Credential should be scoped with a valid terminator: 'aws4_request', not '${end}'.`]),
    ...(date === day
      ? []
      : [
          `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${date}' != '${day}', from '${time}'.`,
        ]),
  ];
  return new MalformedSignature('scope', everything.join(' '), outOfScopeAtS3(form, end, date, day));
}

function outOfScopeAtS3(form: 'header' | 'query', end: string, date: string, day: string): string {
  if (!/^\d{8}$/.test(date)) {
    return inUrl(
      form,
      `incorrect date format "${date}". This date in the credential must be in the format "yyyyMMdd".`,
    );
  }
  if (end !== 'aws4_request') return inUrl(form, `incorrect terminal "${end}". This endpoint uses "aws4_request".`);
  return form === 'header'
    ? 'Invalid credential date. Date is not the same as X-Amz-Date.'
    : `Invalid credential date "${date}". This date is not the same as X-Amz-Date: "${day}".`;
}
