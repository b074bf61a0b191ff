/** Browsers' uploads by signed forms: what they do, what is refused and in which words, what they survive. */
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { startPlatform, type TestPlatform } from '../harness/platform.ts';
import { type Answer, ask, errorOf } from './by-hand.ts';

let platform: TestPlatform;
let client: S3Client;
const Bucket = 'uploads';
before(async () => {
  platform = await startPlatform();
  client = platform.client(S3Client);
  await client.send(new CreateBucketCommand({ Bucket }));
});
after(() => platform[Symbol.asyncDispose]());

type Fields = Record<string, string>;
type Condition = object | readonly unknown[];
interface Signing {
  readonly conditions?: readonly Condition[];
  readonly expiration?: string;
  /** The policy itself, where it is none. */
  readonly policy?: string;
  readonly credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  readonly version?: 2 | 4;
}

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();
const hmac = (key: string | Buffer, text: string, hash = 'sha256') => createHmac(hash, key).update(text).digest();

/** As https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html tells it: every field is covered by a condition. */
function signed(fields: Fields, { conditions, expiration = inAnHour(), version = 4, ...given }: Signing = {}): Fields {
  const { accessKeyId, secretAccessKey, sessionToken } = given.credentials ?? platform.credentials;
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

const boundary = 'a--boundary';
const part = (name: string, value: string) =>
  `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
const filePart = (content: string, name = 'a file.csv') =>
  `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: text/plain\r\n\r\n${content}\r\n`;
const body = (fields: Fields, file = filePart('a,b\n')) =>
  `${Object.entries(fields)
    .map(([name, value]) => part(name, value))
    .join('')}${file}--${boundary}--\r\n`;
const type = { 'content-type': `multipart/form-data; boundary=${boundary}` };

const post = (content: string | Readable, path = `/${Bucket}`): Promise<Answer> =>
  ask(`${platform.endpoint}${path}`, { method: 'POST', headers: type, body: content });

async function stored(Key: string): Promise<string | undefined> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
  return Body?.transformToString();
}

describe('form posts do', () => {
  test('an upload, answered with nothing but its ETag and address', async () => {
    const { status, headers, body: said } = await post(body(signed({ key: 'folder/one.csv' })));
    assert.deepEqual([status, said], [204, '']);
    assert.equal(headers.etag, `"${createHash('md5').update('a,b\n').digest('hex')}"`);
    assert.equal(headers.location, `${platform.endpoint}/${Bucket}/folder%2Fone.csv`);
    assert.equal(headers['content-type'], undefined);
    assert.equal(await stored('folder/one.csv'), 'a,b\n');
    const { ContentType } = await client.send(new HeadObjectCommand({ Bucket, Key: 'folder/one.csv' }));
    assert.equal(ContentType, 'binary/octet-stream');
  });

  test("what a browser's own FormData sends", async () => {
    const form = new FormData();
    for (const [name, value] of Object.entries(
      // biome-ignore lint/suspicious/noTemplateCurlyInString: S3's variable
      signed({ key: 'from/${filename}' }, { conditions: [['starts-with', '$key', 'from/']] }),
    ))
      form.append(name, value);
    form.append('file', new File(['ü€'], 'C:\\a "file".csv'));
    const { status } = await fetch(`${platform.endpoint}/${Bucket}/`, { method: 'POST', body: form });
    assert.equal(status, 204);
    assert.equal(await stored('from/a "file".csv'), 'ü€');
  });

  test('headers and metadata by their fields', async () => {
    const fields = {
      key: 'described',
      'Content-Type': 'text/csv',
      'Cache-Control': 'no-store',
      'x-amz-meta-By': 'a form — ü',
      'x-amz-storage-class': 'STANDARD',
    };
    assert.equal((await post(body(signed(fields)))).status, 204);
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'described' }));
    assert.equal(head.ContentType, 'text/csv');
    assert.equal(head.CacheControl, 'no-store');
    assert.equal(
      Buffer.from(/\?B\?(.*)\?=/.exec(head.Metadata?.by ?? '')?.[1] ?? '', 'base64').toString(),
      'a form — ü',
    );
  });

  test('201 with a document, 200 without, and any other status as 204', async () => {
    const { status, headers, body: said } = await post(body(signed({ key: 'a/ü', success_action_status: '201' })));
    assert.equal(status, 201);
    assert.equal(headers['content-type'], 'application/xml');
    assert.equal(
      said,
      `<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse><Location>${platform.endpoint}/${Bucket}/a%2F%C3%BC</Location><Bucket>${Bucket}</Bucket><Key>a/ü</Key><ETag>&quot;${createHash('md5').update('a,b\n').digest('hex')}&quot;</ETag></PostResponse>`,
    );
    assert.equal((await post(body(signed({ key: 'b', success_action_status: '200' })))).status, 200);
    assert.equal((await post(body(signed({ key: 'c', success_action_status: '404' })))).status, 204);
  });

  test('a redirect, and none to what is no address', async () => {
    const to = (success_action_redirect: string) => post(body(signed({ key: 'a b/c', success_action_redirect })));
    const { status, headers } = await to('https://example.com/done?n=1');
    assert.equal(status, 303);
    assert.match(
      headers.location ?? '',
      /^https:\/\/example\.com\/done\?n=1&bucket=uploads&key=a\+b%2Fc&etag=%22[0-9a-f]{32}%22$/,
    );
    assert.equal((await to('/relative')).status, 204);
    assert.equal((await to('javascript:alert(1)')).status, 204);
  });

  test('buckets as hosts, Version 2, names in any case, and fields to be ignored', async () => {
    const { port } = new URL(platform.endpoint);
    const hosted = await ask(`http://${Bucket}.s3.localhost:${port}/`, {
      method: 'POST',
      headers: type,
      body: body(signed({ key: 'by host' })),
    });
    assert.equal(hosted.status, 204);
    assert.equal(await stored('by host'), 'a,b\n');
    assert.equal((await post(body(signed({ key: 'by v2' }, { version: 2 })))).status, 204);
    const { policy = '', ...rest } = signed({ kEy: 'cases' }, { conditions: [['Starts-With', '$KEY', 'case']] });
    assert.equal((await post(body({ ...rest, POLICY: policy, 'x-ignore-me': '1' }))).status, 204);
  });

  test('temporary credentials', async () => {
    const { Credentials: given } = await platform.client(STSClient).send(new GetSessionTokenCommand({}));
    const credentials = {
      accessKeyId: given?.AccessKeyId ?? '',
      secretAccessKey: given?.SecretAccessKey ?? '',
      sessionToken: given?.SessionToken ?? '',
    };
    assert.equal((await post(body(signed({ key: 'temporary' }, { credentials })))).status, 204);
  });

  test('files of exactly the sizes that the policy allows, and with what looks like a boundary inside', async () => {
    const conditions = [
      ['starts-with', '$key', ''],
      ['content-length-range', 5, '10'],
    ];
    for (const content of ['12345', '1234567890']) {
      assert.equal((await post(body(signed({ key: 'sized' }, { conditions }), filePart(content)))).status, 204);
      assert.equal(await stored('sized'), content);
    }
    const tricky = `\r\n--a--boundar\r\n-- \r\n--${boundary.slice(0, -1)}\r\r\n`;
    assert.equal((await post(body(signed({ key: 'tricky' }), filePart(tricky)))).status, 204);
    assert.equal(await stored('tricky'), tricky);
  });

  test('a large file in whatever pieces, without holding it', async () => {
    const [before$ = '', after$ = ''] = body(signed({ key: 'large' }), filePart('HERE')).split('HERE');
    const size = 48 * 1024 * 1024;
    function* pieces() {
      for (const byte of before$) yield Buffer.from(byte);
      for (let left = size; left > 0; left -= 65_536) yield Buffer.alloc(65_536, 'x');
      for (const byte of after$) yield Buffer.from(byte);
    }
    const heap = process.memoryUsage().arrayBuffers;
    const { status } = await post(Readable.from(pieces()));
    assert.equal(status, 204);
    assert.ok(process.memoryUsage().arrayBuffers - heap < size / 2, 'the file was held in memory');
    const { ContentLength } = await client.send(new HeadObjectCommand({ Bucket, Key: 'large' }));
    assert.equal(ContentLength, size);
  });
});

describe('form posts refuse', () => {
  const Resource = `/${Bucket}`;
  const refused = async (content: string) => errorOf(await post(content));
  const violated = (what: string) => ({
    status: '403',
    Code: 'AccessDenied',
    Message: `Invalid according to Policy: ${what}`,
    Resource,
  });
  const invalid = (what: string) => ({
    status: '400',
    Code: 'InvalidPolicyDocument',
    Message: `Invalid Policy: ${what}`,
    Resource,
  });
  const without = (fields: Fields, ...names: string[]) =>
    Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));

  test('nobody', async () => {
    assert.deepEqual(await refused(body({ key: 'k' })), {
      status: '403',
      Code: 'AccessDenied',
      Message: 'Access Denied',
      Resource,
    });
  });

  const missing: [what: string, fields: () => Fields, name: string][] = [
    ['the key', () => without(signed({ key: 'k' }), 'key'), 'key'],
    ['the signature', () => without(signed({ key: 'k' }), 'x-amz-signature'), 'X-Amz-Signature'],
    ['the algorithm', () => without(signed({ key: 'k' }), 'x-amz-algorithm', 'x-amz-credential'), 'X-Amz-Algorithm'],
    ['the date', () => without(signed({ key: 'k' }), 'x-amz-date'), 'X-Amz-Date'],
    ['the key of Version 2', () => without(signed({ key: 'k' }, { version: 2 }), 'AWSAccessKeyId'), 'AWSAccessKeyId'],
    ['the signature of Version 2', () => without(signed({ key: 'k' }, { version: 2 }), 'signature'), 'Signature'],
  ];
  for (const [what, fields, name] of missing)
    test(`a form without ${what}`, async () => {
      assert.deepEqual(await refused(body(fields())), {
        status: '400',
        Code: 'InvalidArgument',
        Message: `Bucket POST must contain a field named '${name}'.  If it is specified, please check the order of the fields.`,
        ArgumentName: name,
        ArgumentValue: '',
        Resource,
      });
    });

  test('a form without a file, a field behind it, and no form', async () => {
    const one = {
      status: '400',
      Code: 'InvalidArgument',
      Message: 'POST requires exactly one file upload per request.',
      ArgumentName: 'file',
      ArgumentValue: '0',
      Resource,
    };
    assert.deepEqual(await refused(body(signed({ key: 'k' }), '')), one);
    const { key = '', ...rest } = signed({ key: 'k' });
    assert.equal((await refused(body(rest, filePart('x') + part('key', key)))).ArgumentName, 'key');
    const malformed = {
      status: '400',
      Code: 'MalformedPOSTRequest',
      Message: 'The body of your POST request is not well-formed multipart/form-data.',
      Resource,
    };
    for (const content of [
      '',
      'no form',
      `--${boundary}\r\nno header\r\n\r\nx`,
      body(signed({ key: 'k' })).slice(0, -30),
    ])
      assert.deepEqual(await refused(content), malformed);
    const url = `${platform.endpoint}/${Bucket}`;
    const bare = { 'content-type': 'multipart/form-data' };
    assert.deepEqual(errorOf(await ask(url, { method: 'POST', headers: bare, body: 'x' })), malformed);
    const html = { 'content-type': 'text/html' };
    assert.deepEqual(errorOf(await ask(url, { method: 'POST', headers: html, body: 'x' })), {
      status: '412',
      Code: 'PreconditionFailed',
      Message: 'At least one of the pre-conditions you specified did not hold',
      Condition: 'Bucket POST must be of the enclosure-type multipart/form-data',
      Resource,
    });
    assert.equal((await post(body(signed({ key: 'k' })), `/${Bucket}/k`)).status, 405);
  });

  test('fields that are too large together', async () => {
    assert.deepEqual(await refused(body(signed({ key: 'k', 'x-ignore-this': 'x'.repeat(20_480) }))), {
      status: '400',
      Code: 'MaxPostPreDataLengthExceeded',
      Message: 'Your POST request fields preceeding the upload file was too large.',
      MaxPostPreDataLengthBytes: '20480',
      Resource,
    });
  });

  for (const version of [2, 4] as const)
    test(`a policy that was changed, of Version ${version}`, async () => {
      const fields = signed({ key: 'k' }, { version });
      const policy = `${fields.policy?.slice(0, -4)}AAAA`;
      const { StringToSignBytes: bytes, ...said } = await refused(body({ ...fields, policy }));
      assert.deepEqual(said, {
        status: '403',
        Code: 'SignatureDoesNotMatch',
        Message:
          'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
        AWSAccessKeyId: platform.credentials.accessKeyId,
        StringToSign: policy,
        SignatureProvided: fields[version === 2 ? 'signature' : 'x-amz-signature'],
        Resource,
      });
      assert.equal(Buffer.from((bytes ?? '').replaceAll(' ', ''), 'hex').toString(), policy);
    });

  test('an unknown key, and a user who may not', async () => {
    const credentials = { accessKeyId: 'AKIANOBODYNOBODY0000', secretAccessKey: 'x' };
    const { Code: unknown } = await refused(body(signed({ key: 'k' }, { credentials })));
    assert.equal(unknown, 'InvalidAccessKeyId');
    const iam = platform.client(IAMClient);
    await iam.send(new CreateUserCommand({ UserName: 'poster' }));
    const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: 'poster' }));
    const poster = { accessKeyId: key?.AccessKeyId ?? '', secretAccessKey: key?.SecretAccessKey ?? '' };
    const { Code: code, Message: message = '' } = await refused(body(signed({ key: 'k' }, { credentials: poster })));
    assert.equal(code, 'AccessDenied');
    assert.match(
      message,
      /user\/poster is not authorized to perform: s3:PutObject on resource: "?arn:aws:s3:::uploads\/k"?/,
    );
  });

  test('what the policy does not say', async () => {
    const say = (fields: Fields, conditions: readonly Condition[], sent: Fields = {}) =>
      refused(body({ ...signed(fields, { conditions }), ...sent }));
    assert.deepEqual(await say({ key: 'a' }, [{ key: 'b' }]), violated('Policy Condition failed: ["eq", "$key", "b"]'));
    assert.deepEqual(
      await say({ key: 'a' }, [['starts-with', '$key', 'user/"x"']]),
      violated('Policy Condition failed: ["starts-with", "$key", "user/\\"x\\""]'),
    );
    assert.deepEqual(
      await say({ key: 'a' }, [{ key: 'a' }, ['starts-with', '$Content-Type', '']]),
      violated('Policy Condition failed: ["starts-with", "$Content-Type", ""]'),
    );
    assert.deepEqual(
      await say({ key: 'a' }, [['eq', 'key', 'a']]),
      violated('Policy Condition failed: ["eq", "key", "a"]'),
    );
    assert.deepEqual(
      await say({ key: 'a', 'x-amz-meta-More': 'x' }, [{ key: 'a' }]),
      violated('Extra input fields: x-amz-meta-More'),
    );
    assert.deepEqual(
      await say({ key: 'a', 'Content-Type': 'image/png, text/html' }, [
        { key: 'a' },
        ['starts-with', '$content-type', 'image/'],
      ]),
      violated('Policy Condition failed: ["starts-with", "$content-type", "image/"]'),
    );
  });

  test('another bucket than the policy says', async () => {
    await client.send(new CreateBucketCommand({ Bucket: 'another' }));
    const answer = await post(body({ ...signed({ key: 'k' }), bucket: Bucket }), '/another');
    assert.deepEqual(errorOf(answer), {
      ...violated(`Policy Condition failed: ["eq", "$bucket", "${Bucket}"]`),
      Resource: '/another',
    });
  });

  test('a policy that has ended', async () => {
    const expiration = new Date(Date.now() - 1000).toISOString();
    assert.deepEqual(await refused(body(signed({ key: 'k' }, { expiration }))), violated('Policy expired.'));
  });

  const documents: [policy: unknown, what: string][] = [
    ['no JSON', 'Invalid JSON.'],
    [[], 'Invalid JSON.'],
    [{ conditions: [] }, 'Policy missing expiration.'],
    [{ expiration: '2030-01-01 00:00:00', conditions: [] }, "Invalid 'expiration' value: '2030-01-01 00:00:00'"],
    [{ expiration: '2030-01-01T00:00:00Z' }, 'Policy missing conditions.'],
    [{ expiration: '2030-01-01T00:00:00Z', conditions: {} }, "Invalid 'conditions' value: must be a List."],
    [{ Version: '2012-10-17', Statement: [] }, "Unexpected: 'version'"],
  ];
  const conditions: [condition: unknown, what: string][] = [
    [{}, 'Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.'],
    [{ a: 'b', c: 'd' }, 'Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.'],
    [{ 'Content-Length': 3 }, 'Invalid Simple-Condition: value must be a string.'],
    [[], 'Invalid Condition: missing operation identifier.'],
    [['like', '$key', 'x'], "Invalid Condition: unknown operation 'like'."],
    [['content-length-range', 0], 'Invalid content-length-range: wrong number of arguments.'],
    [['content-length-range', 0, 1.5], 'Invalid JSON.'],
  ];
  for (const [condition, what] of conditions)
    documents.push([{ expiration: '2030-01-01T00:00:00Z', conditions: [condition] }, what]);
  for (const [document, what] of documents)
    test(`the policy ${JSON.stringify(document)}`, async () => {
      const text = typeof document === 'string' ? document : JSON.stringify(document);
      const policy = Buffer.from(text).toString('base64');
      assert.deepEqual(await refused(body(signed({ key: 'k' }, { policy }))), invalid(what));
    });

  test('files of other sizes', async () => {
    const conditions = [
      ['starts-with', '$key', ''],
      ['content-length-range', 5, 10],
    ];
    const send = (content: string) => refused(body(signed({ key: 'not sized' }, { conditions }), filePart(content)));
    assert.deepEqual(await send('123456789012'), {
      status: '400',
      Code: 'EntityTooLarge',
      Message: 'Your proposed upload exceeds the maximum allowed size',
      ProposedSize: '12',
      MaxSizeAllowed: '10',
      Resource,
    });
    assert.deepEqual(await send('1'), {
      status: '400',
      Code: 'EntityTooSmall',
      Message: 'Your proposed upload is smaller than the minimum allowed size',
      ProposedSize: '1',
      MinSizeAllowed: '5',
      Resource,
    });
    assert.equal((await send('x'.repeat(5 * 1024 * 1024))).ProposedSize, String(5 * 1024 * 1024));
    assert.deepEqual(
      await refused(body(signed({ key: 'k' }, { conditions: [{ key: 'k' }, ['content-length-range', 'test', '10']] }))),
      violated('Policy Condition failed: ["content-length-range", "test", "10"]'),
    );
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, Prefix: 'not sized' }));
    assert.deepEqual(Contents, []);
  });
});

describe('form posts survive', () => {
  test('a browser that goes away in the middle of its file, leaving nothing', async () => {
    const content = body(signed({ key: 'cut' }), filePart('x'.repeat(200_000)));
    const { port, host } = new URL(platform.endpoint);
    const socket = connect(Number(port), '127.0.0.1');
    const head = `POST /${Bucket} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: ${type['content-type']}\r\ncontent-length: ${content.length}\r\n\r\n`;
    await new Promise((resolve) => socket.write(head + content.slice(0, 100_000), resolve));
    socket.destroy();
    await once(socket, 'close');
    assert.equal((await post(body(signed({ key: 'after' })))).status, 204);
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, Prefix: 'cut' }));
    assert.deepEqual(Contents, []);
  });
});
