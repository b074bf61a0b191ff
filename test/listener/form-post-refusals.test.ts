/** Browsers' uploads by signed forms: what is refused, in which words. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateBucketCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { startPlatform, type TestPlatform } from '../harness/platform.ts';
import { type Answer, ask, errorOf } from './by-hand.ts';
import {
  Bucket,
  body,
  boundary,
  type Condition,
  type Fields,
  filePart,
  part,
  type Signing,
  signForm,
  type,
} from './signed-form.ts';

let platform: TestPlatform;
let client: S3Client;
before(async () => {
  platform = await startPlatform();
  client = platform.client(S3Client);
  await client.send(new CreateBucketCommand({ Bucket }));
});
after(() => platform[Symbol.asyncDispose]());

const signed = (fields: Fields, signing: Partial<Signing> = {}) =>
  signForm(fields, { credentials: platform.credentials, ...signing });

const post = (content: string, path = `/${Bucket}`): Promise<Answer> =>
  ask(`${platform.endpoint}${path}`, { method: 'POST', headers: type, body: content });

describe('form posts refuse', () => {
  const refused = async (content: string) => errorOf(await post(content));
  const violated = (what: string) => ({
    status: '403',
    Code: 'AccessDenied',
    Message: `Invalid according to Policy: ${what}`,
  });
  const invalid = (what: string) => ({
    status: '400',
    Code: 'InvalidPolicyDocument',
    Message: `Invalid Policy: ${what}`,
  });
  const without = (fields: Fields, ...names: string[]) =>
    Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));

  test('nobody', async () => {
    assert.deepEqual(await refused(body({ key: 'k' })), {
      status: '403',
      Code: 'AccessDenied',
      Message: 'Access Denied',
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
      });
    });

  test('a form without a file, a field behind it, and no form', async () => {
    const one = {
      status: '400',
      Code: 'InvalidArgument',
      Message: 'POST requires exactly one file upload per request.',
      ArgumentName: 'file',
      ArgumentValue: '0',
    };
    assert.deepEqual(await refused(body(signed({ key: 'k' }), '')), one);
    const { key = '', ...rest } = signed({ key: 'k' });
    assert.equal((await refused(body(rest, filePart('x') + part('key', key)))).ArgumentName, 'key');
    const malformed = {
      status: '400',
      Code: 'MalformedPOSTRequest',
      Message: 'The body of your POST request is not well-formed multipart/form-data.',
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
    });
    assert.equal((await post(body(signed({ key: 'k' })), `/${Bucket}/k`)).status, 405);
  });

  test('fields that are too large together', async () => {
    assert.deepEqual(await refused(body(signed({ key: 'k', 'x-ignore-this': 'x'.repeat(20_480) }))), {
      status: '400',
      Code: 'MaxPostPreDataLengthExceeded',
      Message: 'Your POST request fields preceeding the upload file was too large.',
      MaxPostPreDataLengthBytes: '20480',
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
      });
      assert.equal(Buffer.from((bytes ?? '').replaceAll(' ', ''), 'hex').toString(), policy);
    });

  test('an unknown key, and a user without the permission', async () => {
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
      /user\/poster is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::uploads\/k"/,
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
    });
  });

  test('a policy that names no bucket', async () => {
    const document = { expiration: '2040-01-01T00:00:00Z', conditions: [['starts-with', '$key', '']] };
    const policy = Buffer.from(JSON.stringify(document)).toString('base64');
    const fields = signed({ key: 'k' }, { policy, version: 2 });
    assert.deepEqual(await refused(body(fields)), violated('Extra input fields: bucket'));
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
    });
    assert.deepEqual(await send('1'), {
      status: '400',
      Code: 'EntityTooSmall',
      Message: 'Your proposed upload is smaller than the minimum allowed size',
      ProposedSize: '1',
      MinSizeAllowed: '5',
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
