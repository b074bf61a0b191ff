/**
 * Browsers' uploads: an HTML form whose policy is signed, in Version 4 or 2, is the PutObject that it describes. Unsigned forms are refused.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-UsingHTTPPOST.html
 */
import { Readable } from 'node:stream';
import { AwsError } from '../../contract/aws-error.ts';
import { type Form, readForm } from '../../wire/multipart-form.ts';
import { asPutObject, bucketOfPost, type Fields, missingField, postAnswer } from '../../wire/post-object.ts';
import { checkPolicy, parsePolicy, withinSizes } from '../../wire/post-policy.ts';
import { sign2 } from '../../wire/sigv2.ts';
import { isSameSignature, signPolicy } from '../../wire/sigv4.ts';
import type { Exchange } from '../exchange.ts';
import { defaultService } from '../format.ts';
import { noteDefaultService } from '../identify.ts';
import { refusal } from '../refusals.ts';
import type { Authenticator, Claim } from './authenticator.ts';
import { verifyKnownKey } from './known-key.ts';

interface FormSignature {
  readonly accessKeyId: string;
  readonly region: string;
  readonly given: string;
  readonly expected: (secret: string, policy: string) => string;
}

interface FormClaim extends Claim {
  readonly signature: FormSignature;
  readonly form: Form;
  readonly bucket: string;
  readonly fields: Fields;
  /** In base64, as it is signed. */
  readonly policy: string;
}

function invalidArgument(message: string, name: string, value: string): AwsError {
  return new AwsError('InvalidArgument', message, {
    status: 400,
    fields: { ArgumentName: name, ArgumentValue: value },
  });
}

function version4(fields: Fields): FormSignature {
  const [given = '', algorithm = '', credential = ''] = [
    'X-Amz-Signature',
    'X-Amz-Algorithm',
    'X-Amz-Credential',
    'X-Amz-Date',
  ].map((name) => {
    const value = fields.get(name.toLowerCase());
    if (value === undefined) throw missingField(name);
    return value;
  });
  if (algorithm !== 'AWS4-HMAC-SHA256')
    throw invalidArgument('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"', 'X-Amz-Algorithm', algorithm);
  const [accessKeyId = '', date = '', region = '', service, end, ...more] = credential.split('/');
  if (
    !/^\d{8}$/.test(date) ||
    !region ||
    service !== defaultService.signingName ||
    end !== 'aws4_request' ||
    more.length > 0
  ) {
    throw invalidArgument(
      'the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
      'X-Amz-Credential',
      credential,
    );
  }
  if (accessKeyId === '') {
    const message = 'a non-empty Access Key (AKID) must be provided in the credential.';
    throw invalidArgument(message, 'X-Amz-Credential', credential);
  }
  const expected = (secret: string, policy: string) => signPolicy(secret, { date, region, service }, policy);
  return { accessKeyId, region, given, expected };
}

function version2(fields: Fields): FormSignature {
  const [accessKeyId = '', given = ''] = ['AWSAccessKeyId', 'Signature'].map((name) => {
    const value = fields.get(name.toLowerCase());
    if (value === undefined) throw missingField(name);
    return value;
  });
  return { accessKeyId, given, region: defaultService.region, expected: sign2 };
}

function signatureOf(fields: Fields): FormSignature {
  const names = ['x-amz-signature', 'x-amz-algorithm', 'x-amz-credential', 'x-amz-date'];
  if (names.some((name) => fields.has(name))) return version4(fields);
  if (fields.has('awsaccesskeyid') || fields.has('signature')) return version2(fields);
  throw refusal('missing', defaultService.format);
}

/** `${filename}` is replaced by the file's name in every field but the signed ones. */
function fieldsOf({ fields, fileName }: Form, bucket: string): Fields {
  const signedAsSent = /^(policy|signature|awsaccesskeyid|x-amz-(signature|credential|algorithm|date|security-token))$/;
  const result = new Map<string, string>();
  for (const [given, value] of fields) {
    const name = given.toLowerCase();
    const replaced =
      fileName === undefined || signedAsSent.test(name) ? value : value.replace(/\$\{filename\}/g, () => fileName);
    result.set(name, replaced);
  }
  return result.set('bucket', bucket);
}

/** What S3's error says of a signature that does not match. */
const shownOf = ({ accessKeyId, given }: FormSignature, policy: string) => ({
  AWSAccessKeyId: accessKeyId,
  StringToSign: policy,
  SignatureProvided: given,
  StringToSignBytes: Buffer.from(policy)
    .toString('hex')
    .replace(/..(?=.)/g, '$& '),
});

async function readClaim({ head, stream }: Exchange['incoming'], bucket: string): Promise<FormClaim> {
  const form = await readForm(stream, head.headers['content-type'] ?? '');
  const fields = fieldsOf(form, bucket);
  const key = fields.get('key');
  if (key === undefined) throw missingField('key');
  if (key === '') throw invalidArgument('User key must have a length greater than 0.', 'key', '');
  const signature = signatureOf(fields);
  const policy = fields.get('policy');
  if (policy === undefined) throw missingField('Policy');
  const { accessKeyId, region } = signature;
  const token = fields.get('x-amz-security-token');
  return { key: { accessKeyId, token, region }, signature, form, bucket, fields, policy };
}

export const signedForm: Authenticator<FormClaim> = {
  read(exchange) {
    const { incoming } = exchange;
    const { method, headers } = incoming.head;
    if (method !== 'POST' || headers.authorization !== undefined) return undefined;
    if (!defaultService.format.traits.signing?.acceptsForms) return undefined;
    const bucket = bucketOfPost(incoming.head);
    if (bucket === undefined) return undefined;
    noteDefaultService(exchange);
    return readClaim(incoming, bucket);
  },
  verify({ key, signature, policy }, exchange) {
    const isSigned = (secret: string) => isSameSignature(signature.expected(secret, policy), signature.given);
    return verifyKnownKey(key, isSigned, exchange, shownOf(signature, policy));
  },
  admit({ key, form, bucket, fields, policy: encoded }, { principal }, { incoming: { head, secure }, deps }) {
    const policy = parsePolicy(encoded);
    // A policy that names no bucket would allow an upload to any.
    const names = new Set([...form.fields.map(([name]) => name), 'bucket']);
    checkPolicy(policy, fields, names, deps.clock.now().getTime());
    const file = Readable.from(withinSizes(form.file, policy.sizes), { objectMode: false });
    return {
      request: asPutObject(head, fields, file),
      principal,
      region: key.region,
      finish: (answer) => postAnswer(answer, head, { bucket, fields, secure }),
    };
  },
};
