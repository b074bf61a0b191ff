/**
 * Browsers' uploads to S3: a form whose policy is signed, in Version 4 or 2, is the PutObject that it describes. Unsigned forms are refused.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-UsingHTTPPOST.html
 */
import { Readable } from 'node:stream';
import { AwsError } from '../contract/aws-error.ts';
import type { Principal } from '../contract/principal.ts';
import { type Form, readForm } from '../wire/multipart-form.ts';
import { asPutObject, bucketOfPost, type Fields, missingField, postAnswer } from '../wire/post-object.ts';
import { checkPolicy, parsePolicy, withinSizes } from '../wire/post-policy.ts';
import { sign2 } from '../wire/sigv2.ts';
import { isSameSignature, signPolicy } from '../wire/sigv4.ts';
import type { Incoming, PipelineDeps } from './pipeline.ts';
import { type Admitted, knownKey, unscoped } from './presigned.ts';
import { refusal } from './refusals.ts';

/** Whose key it is where nothing is checked; undefined where it is. */
type Anybody = (signed: {
  accessKeyId: string;
  token: string | undefined;
  region: string;
}) => Promise<Principal | undefined>;

interface SignedForm {
  readonly accessKeyId: string;
  readonly region: string;
  readonly given: string;
  readonly expected: (secret: string, policy: string) => string;
}

function argument(message: string, name: string, value: string): AwsError {
  return new AwsError('InvalidArgument', message, {
    status: 400,
    fields: { ArgumentName: name, ArgumentValue: value },
  });
}

function version4(fields: Fields): SignedForm {
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
    throw argument('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"', 'X-Amz-Algorithm', algorithm);
  const [accessKeyId = '', date = '', region = '', service, end, ...more] = credential.split('/');
  if (!/^\d{8}$/.test(date) || !region || service !== 's3' || end !== 'aws4_request' || more.length > 0) {
    throw argument(
      'the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
      'X-Amz-Credential',
      credential,
    );
  }
  if (accessKeyId === '') {
    const message = 'a non-empty Access Key (AKID) must be provided in the credential.';
    throw argument(message, 'X-Amz-Credential', credential);
  }
  const expected = (secret: string, policy: string) => signPolicy(secret, { date, region, service }, policy);
  return { accessKeyId, region, given, expected };
}

function version2(fields: Fields): SignedForm {
  const [accessKeyId = '', given = ''] = ['AWSAccessKeyId', 'Signature'].map((name) => {
    const value = fields.get(name.toLowerCase());
    if (value === undefined) throw missingField(name);
    return value;
  });
  return { accessKeyId, given, region: unscoped.region, expected: sign2 };
}

function signatureOf(fields: Fields): SignedForm {
  const names = ['x-amz-signature', 'x-amz-algorithm', 'x-amz-credential', 'x-amz-date'];
  if (names.some((name) => fields.has(name))) return version4(fields);
  if (fields.has('awsaccesskeyid') || fields.has('signature')) return version2(fields);
  throw refusal('missing', 'rest-xml');
}

/** `${filename}` is replaced by the file's name in every field but the signed ones. */
function fieldsOf({ fields, fileName }: Form, bucket: string): Fields {
  const asTheyAre = /^(policy|signature|awsaccesskeyid|x-amz-(signature|credential|algorithm|date|security-token))$/;
  const result = new Map<string, string>();
  for (const [given, value] of fields) {
    const name = given.toLowerCase();
    const replaced =
      fileName === undefined || asTheyAre.test(name) ? value : value.replace(/\$\{filename\}/g, () => fileName);
    result.set(name, replaced);
  }
  return result.set('bucket', bucket);
}

async function principalOf(fields: Fields, signed: SignedForm, policy: string, deps: PipelineDeps): Promise<Principal> {
  const { accessKeyId, given, expected } = signed;
  const shown = {
    AWSAccessKeyId: accessKeyId,
    StringToSign: policy,
    SignatureProvided: given,
    StringToSignBytes: Buffer.from(policy)
      .toString('hex')
      .replace(/..(?=.)/g, '$& '),
  };
  const isSigned = (secret: string) => isSameSignature(expected(secret, policy), given);
  return (await knownKey(deps, accessKeyId, fields.get('x-amz-security-token'), isSigned, shown)).principal;
}

/** Undefined for every request but a form to a bucket. */
export function formPost(incoming: Incoming, deps: PipelineDeps, anybody: Anybody): Promise<Admitted> | undefined {
  const { method, headers } = incoming.head;
  if (method !== 'POST' || headers.authorization !== undefined) return undefined;
  const bucket = bucketOfPost(incoming.head);
  return bucket === undefined ? undefined : admitForm(incoming, bucket, deps, anybody);
}

async function admitForm(
  { head, stream, secure }: Incoming,
  bucket: string,
  deps: PipelineDeps,
  anybody: Anybody,
): Promise<Admitted> {
  const form = await readForm(stream, head.headers['content-type'] ?? '');
  const fields = fieldsOf(form, bucket);
  const key = fields.get('key');
  if (key === undefined) throw missingField('key');
  if (key === '') throw argument('User key must have a length greater than 0.', 'key', '');
  const signed = signatureOf(fields);
  const encoded = fields.get('policy');
  if (encoded === undefined) throw missingField('Policy');
  const principal =
    (await anybody({ ...signed, token: fields.get('x-amz-security-token') })) ??
    (await principalOf(fields, signed, encoded, deps));
  const policy = parsePolicy(encoded);
  // A policy that names no bucket would be for any.
  const names = new Set([...form.fields.map(([name]) => name), 'bucket']);
  checkPolicy(policy, fields, names, deps.clock.now().getTime());
  const file = Readable.from(withinSizes(form.file, policy.sizes), { objectMode: false });
  return {
    request: asPutObject(head, fields, file),
    principal,
    service: unscoped.service,
    region: signed.region,
    finish: (answer) => postAnswer(answer, head, { bucket, fields, secure }),
  };
}
