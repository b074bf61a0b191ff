/**
 * Every registered operation of every service is refused in its protocol's own shape: without credentials, with an unknown key, a wrong signature, an
 * expired session token, and to a user without permission. What was denied is in the audit trail.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { readConfig } from '../../server/src/config.ts';
import { startServer } from '../../server/src/main.ts';
import { catalog, eventSource, type ServiceName } from '../../server/src/models/catalog.ts';
import { type Door, saidBy } from '../harness/listeners.ts';
import { movedClock } from '../harness/moved-clock.ts';
import { type Signed, send } from '../harness/signed.ts';

const minutes = 60_000;
/** How far the server's clock is from the clients': as much as signatures may be old, so that a session can end while its signatures hold. */
let ahead = -14 * minutes;
const clock = movedClock(() => new Date(Date.now() + ahead));
const data = await mkdtemp(join(tmpdir(), 'clary-house-'));
const flags = ['--data', data, '--port', '0', '--log-level', 'error', '--audit-reads', '--audit-writes'];
const server = await startServer(readConfig(flags, {}), clock);
const settings = { endpoint: server.url, region: 'us-east-1', maxAttempts: 1, forcePathStyle: true };

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

const unknown: Credentials = { accessKeyId: 'AKIAUNKNOWNUNKNOWN00', secretAccessKey: 'x' };
const wrong: Credentials = { accessKeyId: server.credentials.accessKeyId, secretAccessKey: 'wrong' };
let stranger: Credentials;
let expired: Credentials;

before(async () => {
  const iam = new IAMClient({ ...settings, credentials: server.credentials });
  await iam.send(new CreateUserCommand({ UserName: 'stranger' }));
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: 'stranger' }));
  stranger = { accessKeyId: key?.AccessKeyId ?? '', secretAccessKey: key?.SecretAccessKey ?? '' };
  // So that DeleteObjects gets as far as its keys.
  const s3 = new S3Client({ ...settings, credentials: server.credentials });
  await s3.send(new CreateBucketCommand({ Bucket: input.Bucket }));
  const sts = new STSClient({ ...settings, credentials: server.credentials });
  const { Credentials: session } = await sts.send(new GetSessionTokenCommand({ DurationSeconds: 900 }));
  expired = {
    accessKeyId: session?.AccessKeyId ?? '',
    secretAccessKey: session?.SecretAccessKey ?? '',
    sessionToken: session?.SessionToken ?? '',
  };
  ahead = 2 * minutes;
});
after(async () => {
  await server.stop();
  await rm(data, { recursive: true });
});

/** Enough for every client to make a request of it; each takes what it knows. */
const input = {
  Bucket: 'a-bucket',
  Key: 'a-key',
  Id: 'an-id',
  UploadId: 'an-upload',
  PartNumber: 1,
  CopySource: 'a-bucket/a-key',
  Delete: { Objects: [{ Key: 'a-key' }] },
  MultipartUpload: { Parts: [] },
  EndpointName: 'an-endpoint',
  Body: 'x',
  RoleArn: 'arn:aws:iam::000000000000:role/nobody',
  RoleSessionName: 'a-session',
  FunctionName: 'a-function',
  Name: 'a-name',
  StatementId: 'a-statement',
  Resource: 'arn:aws:lambda:us-east-1:000000000000:function:a-function',
  TagKeys: ['a-tag'],
  LayerName: 'a-layer',
  VersionNumber: 1,
};

/** These answer whoever they are, as AWS does; DeleteObjects refuses key by key. */
const open = new Set(['GetCallerIdentity', 'GetSessionToken', 'DeleteObjects']);

interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | string[] | null>>;
  readonly headers: Record<string, string>;
  readonly body?: string | Uint8Array;
}
type Client = new (options: object) => { send(command: object): Promise<unknown> };

/** The request as the official client signs it. */
async function requestOf(service: ServiceName, operation: string, credentials: Credentials): Promise<Signed> {
  const module = (await catalog[service].load()) as unknown as Record<string, new (value: object) => object>;
  const className = Object.keys(module).find((key) => key.endsWith('Client') && !key.startsWith('__')) ?? '';
  let made: SdkRequest | undefined;
  const requestHandler = {
    handle: async (request: SdkRequest) => {
      made = request;
      throw new Error('seen');
    },
  };
  const client = new (module[className] as unknown as Client)({ ...settings, credentials, requestHandler });
  const Command = module[`${operation}Command`];
  assert.ok(Command, `${operation} has no command`);
  // S3's key is a text, DynamoDB's a map.
  const known = service === 'dynamodb' ? { ...input, Key: undefined } : input;
  await assert.rejects(client.send(new Command(known)), /seen/);
  assert.ok(made);
  const query = Object.entries(made.query).map(([name, value]) => `${name}=${encodeURIComponent(String(value ?? ''))}`);
  const target = query.length > 0 ? `${made.path}?${query.join('&')}` : made.path;
  return { method: made.method, target, headers: made.headers, body: made.body ?? '' };
}

function unsigned({ headers, ...request }: Signed): Signed {
  const kept = Object.entries(headers).filter(([name]) => name !== 'authorization' && name !== 'x-amz-date');
  return { ...request, headers: Object.fromEntries(kept) };
}

function doorOf(service: ServiceName, { headers }: Signed): Door {
  if (headers['smithy-protocol'] === 'rpc-v2-cbor') return 'rpc-v2-cbor';
  if (headers['x-amz-target'])
    return String(headers['content-type']).includes('json-1.0') ? 'aws-json-1.0' : 'aws-json-1.1';
  return catalog[service].protocols[0] as Door;
}

/** Status and code, read as the protocol's clients read them. A HEAD's answer has no body, so its status is all there is. */
async function answerTo(door: Door, request: Signed): Promise<readonly [status: number, code: string]> {
  const answer = await send({ endpoint: server.url }, request);
  if (request.method === 'HEAD') return [answer.status, ''];
  const [status, code, message] = answer.status === 200 ? [200, '', ''] : saidBy(door, answer);
  assert.ok(status === 200 || message.length > 0, `${code} has no message`);
  return [status, code];
}

type Said = readonly [json: string, query: string, s3: readonly [status: number, code: string]];
const words = {
  missing: ['MissingAuthenticationTokenException', 'MissingAuthenticationToken', [403, 'AccessDenied']],
  unknown: ['UnrecognizedClientException', 'InvalidClientTokenId', [403, 'InvalidAccessKeyId']],
  wrong: ['InvalidSignatureException', 'SignatureDoesNotMatch', [403, 'SignatureDoesNotMatch']],
  expired: ['ExpiredTokenException', 'ExpiredToken', [400, 'ExpiredToken']],
  denied: ['AccessDeniedException', 'AccessDenied', [403, 'AccessDenied']],
} as const satisfies Record<string, Said>;

/** JSON services answer 400 where the REST ones and query answer 403. */
function expected(door: Door, method: string, [json, query, s3]: Said): readonly [number, string] {
  const said =
    door === 'rest-xml'
      ? s3
      : ([door === 'query' || door === 'rest-json' ? 403 : 400, door === 'query' ? query : json] as const);
  return method === 'HEAD' ? [said[0], ''] : said;
}

for (const service of server.services) {
  describe(`${service.name} refuses`, () => {
    for (const operation of service.operations.keys()) {
      test(operation, async () => {
        const check = async (what: keyof typeof words, request: Signed, door = doorOf(service.name, request)) =>
          assert.deepEqual(await answerTo(door, request), expected(door, request.method, words[what]), what);
        const signedBy = (credentials: Credentials) => requestOf(service.name, operation, credentials);
        const bare = unsigned(await signedBy(unknown));
        // Nothing but the signature tells the services of the REST protocols apart: unsigned, all are answered as S3 does.
        await check('missing', bare, doorOf(service.name, bare).startsWith('rest') ? 'rest-xml' : undefined);
        await check('unknown', await signedBy(unknown));
        await check('wrong', await signedBy(wrong));
        await check('expired', await signedBy(expired));
        const mine = await signedBy(stranger);
        if (!open.has(operation)) await check('denied', mine);
        else assert.deepEqual(await answerTo(doorOf(service.name, mine), mine), [200, '']);
      });
    }
  });
}

test('what was denied is in the audit trail', async () => {
  const client = new CloudTrailClient({ ...settings, credentials: server.credentials });
  const recorded: string[] = [];
  let NextToken: string | undefined;
  do {
    const LookupAttributes = [{ AttributeKey: 'Username' as const, AttributeValue: 'stranger' }];
    const page = await client.send(new LookupEventsCommand({ LookupAttributes, NextToken }));
    for (const { EventSource, EventName, CloudTrailEvent } of page.Events ?? []) {
      const { errorCode = 'answered' } = JSON.parse(CloudTrailEvent ?? '{}');
      recorded.push(`${EventSource} ${EventName} ${errorCode.replace('Exception', '')}`);
    }
    NextToken = page.NextToken;
  } while (NextToken);
  const sent = server.services.flatMap(({ name, operations }) =>
    [...operations.keys()].map(
      (operation) => `${eventSource(name)} ${operation} ${open.has(operation) ? 'answered' : 'AccessDenied'}`,
    ),
  );
  assert.deepEqual(recorded.sort(), sent.sort());
});

test('an unknown caller is not in the audit trail', async () => {
  const client = new CloudTrailClient({ ...settings, credentials: server.credentials });
  const LookupAttributes = [{ AttributeKey: 'AccessKeyId' as const, AttributeValue: unknown.accessKeyId }];
  assert.deepEqual((await client.send(new LookupEventsCommand({ LookupAttributes }))).Events, []);
});

test('an operation that is not built answers 501 with its name', async () => {
  const { SageMakerClient, CreateDomainCommand } = await import('@aws-sdk/client-sagemaker');
  const { CreateTrailCommand } = await import('@aws-sdk/client-cloudtrail');
  const everything = { ...settings, credentials: server.credentials };
  const asked: [string, () => Promise<unknown>][] = [
    ['CreateDomain of sagemaker', () => new SageMakerClient(everything).send(new CreateDomainCommand({} as never))],
    ['CreateTrail of cloudtrail', () => new CloudTrailClient(everything).send(new CreateTrailCommand({} as never))],
  ];
  for (const [what, answer] of asked) {
    await assert.rejects(answer(), (error: Error & { $metadata?: { httpStatusCode?: number } }) => {
      assert.equal(error.$metadata?.httpStatusCode, 501);
      assert.equal(error.message, `${what} is not implemented by Clary.`);
      return true;
    });
  }
});
