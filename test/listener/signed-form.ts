/** Browsers' forms, signed as AWS documents it and written out by hand. */
import { createHmac } from 'node:crypto';

export const Bucket = 'uploads';

export type Fields = Record<string, string>;
export type Condition = object | readonly unknown[];
export interface Signing {
  readonly conditions?: readonly Condition[];
  readonly expiration?: string;
  /** The policy itself, where it is none. */
  readonly policy?: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  readonly version?: 2 | 4;
}

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();
const hmac = (key: string | Buffer, text: string, hash = 'sha256') => createHmac(hash, key).update(text).digest();

/** As https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html tells it: every field is covered by a condition. */
export function signForm(
  fields: Fields,
  { conditions, expiration = inAnHour(), version = 4, credentials, ...given }: Signing,
): Fields {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = `${date.slice(0, 8)}/us-east-1/s3/aws4_request`;
  const added: Fields = {
    ...(version === 4
      ? {
          'x-amz-algorithm': 'AWS4-HMAC-SHA256',
          'x-amz-credential': `${accessKeyId}/${scope}`,
          'x-amz-date': date,
        }
      : {}),
    ...(sessionToken ? { 'x-amz-security-token': sessionToken } : {}),
  };
  const exact = (all: Fields) => Object.entries(all).map(([name, value]) => ({ [name]: value }));
  const all = [{ bucket: Bucket }, ...(conditions ?? exact(fields)), ...exact(added)];
  const policy = given.policy ?? Buffer.from(JSON.stringify({ expiration, conditions: all })).toString('base64');
  if (version === 2) {
    const signature = hmac(secretAccessKey, policy, 'sha1').toString('base64');
    return { ...fields, ...added, AWSAccessKeyId: accessKeyId, policy, signature };
  }
  const key = scope.split('/').reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${secretAccessKey}`);
  return { ...fields, ...added, policy, 'x-amz-signature': hmac(key, policy).toString('hex') };
}

export const boundary = 'a--boundary';
export const part = (name: string, value: string) =>
  `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
export const filePart = (content: string, name = 'a file.csv') =>
  `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: text/plain\r\n\r\n${content}\r\n`;
export const body = (fields: Fields, file = filePart('a,b\n')) =>
  `${Object.entries(fields)
    .map(([name, value]) => part(name, value))
    .join('')}${file}--${boundary}--\r\n`;
export const type = { 'content-type': `multipart/form-data; boundary=${boundary}` };
