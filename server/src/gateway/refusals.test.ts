/** What each of AWS's protocols says to a request that is not who, when or what it says it is: status, code and text. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, describe, it } from 'node:test';
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient } from '@aws-sdk/client-iam';
import { GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { type Door, doors, saidBy } from '../../../test/harness/listeners.ts';
import { startPlatform } from '../../../test/harness/platform.ts';
import { type Answer, type Sending, type Signed, send, sign } from '../../../test/harness/signed.ts';

// The SDK's clock cannot be moved, so ours begins where it is.
let now = Math.floor(Date.now() / 1000) * 1000;
const platform = await startPlatform({ clock: { now: () => new Date(now) } });
after(() => platform[Symbol.asyncDispose]());

const minutes = 60_000;
const at = (offset: number) => new Date(now + offset);
const compact = (date: Date) => date.toISOString().replace(/[-:]|\.\d+/g, '');
const every = Object.keys(doors) as Door[];
const sent = (door: Door, change: Partial<Sending> = {}) => {
  const sending: Sending = doors[door];
  return send(platform, sign(platform, { at: at(0), ...sending, ...change }));
};

type Said = readonly [status: number, code: string, message: string];
/** The same refusal in each protocol: JSON services answer 400 where the REST ones answer 403. */
function inWords(json: readonly [string, string], query: readonly [string, string], s3: Said): Record<Door, Said> {
  return {
    'aws-json-1.0': [400, ...json],
    'aws-json-1.1': [400, ...json],
    'rpc-v2-cbor': [400, ...json],
    'rest-json': [403, ...json],
    query: [403, ...query],
    'rest-xml': s3,
  };
}
async function expectEach(expected: Record<Door, Said>, request: (door: Door) => Promise<Answer>): Promise<void> {
  for (const door of every) assert.deepEqual(saidBy(door, await request(door)), expected[door], door);
}

const invalidToken = 'The security token included in the request is invalid.';
const noMatch =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';
const s3NoMatch = noMatch.slice(0, noMatch.indexOf(' Check')).concat(' Check your key and signing method.');
const mismatch = inWords(
  ['InvalidSignatureException', noMatch],
  ['SignatureDoesNotMatch', noMatch],
  [403, 'SignatureDoesNotMatch', s3NoMatch],
);
const unknownKey = { accessKeyId: 'AKIAUNKNOWNUNKNOWN00', secretAccessKey: 'x' };

describe('The gateway refuses', () => {
  it('an unknown access key', () =>
    expectEach(
      inWords(
        ['UnrecognizedClientException', invalidToken],
        ['InvalidClientTokenId', invalidToken],
        [403, 'InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.'],
      ),
      (door) => sent(door, { credentials: unknownKey }),
    ));

  it('another secret', () =>
    expectEach(mismatch, (door) => sent(door, { credentials: { ...platform.credentials, secretAccessKey: 'x' } })));

  it('an invalid session token', () =>
    expectEach(
      inWords(
        ['UnrecognizedClientException', invalidToken],
        ['InvalidClientTokenId', invalidToken],
        [400, 'InvalidToken', 'The provided token is malformed or otherwise invalid.'],
      ),
      (door) => sent(door, { credentials: { ...platform.credentials, sessionToken: 'x' } }),
    ));

  it('temporary credentials that have ended', async () => {
    const iam = platform.client(IAMClient);
    await iam.send(new CreateUserCommand({ UserName: 'ann' }));
    const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ann' }));
    const own = { accessKeyId: key?.AccessKeyId ?? '', secretAccessKey: key?.SecretAccessKey ?? '' };
    const sts = platform.client(STSClient, { credentials: own });
    const { Credentials: given } = await sts.send(new GetSessionTokenCommand({ DurationSeconds: 900 }));
    const credentials = {
      accessKeyId: given?.AccessKeyId ?? '',
      secretAccessKey: given?.SecretAccessKey ?? '',
      sessionToken: given?.SessionToken ?? '',
    };
    // Known, but not permitted. (At IAM such a session is not even known.)
    const [, code] = saidBy('aws-json-1.1', await sent('aws-json-1.1', { credentials }));
    assert.equal(code, 'AccessDeniedException');
    now += 15 * minutes;
    const text = 'The security token included in the request is expired';
    await expectEach(
      inWords(
        ['ExpiredTokenException', text],
        ['ExpiredToken', text],
        [400, 'ExpiredToken', 'The provided token has expired.'],
      ),
      (door) => sent(door, { credentials }),
    );
  });

  it('a clock that is too late or too early', async () => {
    const skewed: Said = [
      403,
      'RequestTimeTooSkewed',
      "The difference between the request time and the server's time is too large.",
    ];
    for (const [offset, text] of [
      [
        -15 * minutes - 1000,
        (time: Date) =>
          `Signature expired: ${compact(time)} is now earlier than ${compact(at(-15 * minutes))} (${compact(at(0))} - 15 min.)`,
      ],
      [
        15 * minutes + 1000,
        (time: Date) =>
          `Signature not yet current: ${compact(time)} is still later than ${compact(at(15 * minutes))} (${compact(at(0))} + 15 min.)`,
      ],
    ] as const) {
      const said = text(at(offset));
      await expectEach(inWords(['InvalidSignatureException', said], ['SignatureDoesNotMatch', said], skewed), (door) =>
        sent(door, { at: at(offset) }),
      );
    }
    for (const offset of [-15 * minutes, 15 * minutes])
      assert.equal((await sent('query', { at: at(offset) })).status, 200);
  });

  it('a scope of another day', () => {
    const text = `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20200101' != '${compact(at(0)).slice(0, 8)}', from '${compact(at(0))}'.`;
    const s3 = 'The authorization header is malformed; Invalid credential date. Date is not the same as X-Amz-Date.';
    return expectEach(
      inWords(
        ['InvalidSignatureException', text],
        ['SignatureDoesNotMatch', text],
        [400, 'AuthorizationHeaderMalformed', s3],
      ),
      (door) => sent(door, { date: '20200101' }),
    );
  });

  it('a credential of another form, a part that is missing, and no time', async () => {
    const changed = async (door: Door, from: RegExp, to: string, without: string[] = []) => {
      const signed = sign(platform, { at: at(0), ...(doors[door] as Sending) });
      const headers = { ...signed.headers, authorization: String(signed.headers.authorization).replace(from, to) };
      const kept = Object.entries(headers).filter(([name]) => !without.includes(name));
      return saidBy(door, await send(platform, { ...signed, headers: Object.fromEntries(kept) }));
    };
    const told = (one: Said) => [one[0], one[1], one[2].replace(/=[\w+/]{43}=/, '=…')];
    const five = 'Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got ';
    const hashed = '(Hashed with SHA-256 and encoded with Base64) Authorization=…';
    const json = await changed('aws-json-1.1', /\/aws4_request/, '');
    assert.deepEqual([json[0], json[1], json[2].startsWith(five)], [400, 'IncompleteSignatureException', true]);
    assert.deepEqual(told(await changed('query', /, Signature=.*/, '')), [
      403,
      'IncompleteSignature',
      `Authorization header requires 'Signature' parameter. ${hashed}`,
    ]);
    assert.deepEqual(told(await changed('rest-json', /, Signature=.*/, '', ['x-amz-date'])), [
      403,
      'IncompleteSignatureException',
      `Authorization header requires 'Signature' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ${hashed}`,
    ]);
    assert.deepEqual(await changed('query', /aws4_request/, 'aws5_request'), [
      403,
      'SignatureDoesNotMatch',
      "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'.",
    ]);
    const s3 = async (from: RegExp, to: string) => changed('rest-xml', from, to);
    const malformed = (sentence: string): Said => [
      400,
      'AuthorizationHeaderMalformed',
      `The authorization header is malformed; ${sentence}`,
    ];
    assert.deepEqual(
      await s3(/\/aws4_request/, ''),
      malformed('the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".'),
    );
    assert.deepEqual(
      await s3(/aws4_request/, 'aws5_request'),
      malformed('incorrect terminal "aws5_request". This endpoint uses "aws4_request".'),
    );
    assert.deepEqual(
      await s3(/\/\d{8}\//, '/today/'),
      malformed('incorrect date format "today". This date in the credential must be in the format "yyyyMMdd".'),
    );
    assert.deepEqual(
      await s3(/, Signature=.*/, ''),
      malformed('the authorization header requires three components: Credential, SignedHeaders, and Signature.'),
    );
    assert.deepEqual(await changed('rest-xml', /^/, '', ['x-amz-date']), [
      403,
      'AccessDenied',
      'AWS authentication requires a valid Date or x-amz-date header',
    ]);
  });

  it('a URL that has expired, or is of the future', async () => {
    const [late, early] = ['Request has expired', 'Request is not yet valid'];
    await expectEach(
      inWords(['InvalidSignatureException', late], ['SignatureDoesNotMatch', late], [403, 'AccessDenied', late]),
      (door) => sent(door, { expires: 60, at: at(-61_000) }),
    );
    await expectEach(
      inWords(['AccessDeniedException', early], ['AccessDenied', early], [403, 'AccessDenied', early]),
      (door) => sent(door, { expires: 60, at: at(15 * minutes + 1000) }),
    );
    assert.equal((await sent('query', { expires: 60, at: at(-60_000) })).status, 200);
  });

  it('a URL for longer than a week, or without all that it needs', async () => {
    const { method, target, headers, body } = sign(platform, { ...doors['rest-xml'], at: at(0), expires: 604_800 });
    const changed = (from: RegExp, to: string) =>
      send(platform, { method, headers, body, target: target.replace(from, to) });
    assert.deepEqual(saidBy('rest-xml', await changed(/604800/, '604801')), [
      400,
      'AuthorizationQueryParametersError',
      'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds',
    ]);
    assert.deepEqual(saidBy('rest-xml', await changed(/&X-Amz-Date=\w+/, '')), [
      400,
      'AuthorizationQueryParametersError',
      'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
    ]);
    assert.deepEqual(saidBy('rest-xml', await changed(/a-bucket/, 'b-bucket')), mismatch['rest-xml']);
    assert.deepEqual(saidBy('rest-xml', await changed(/.$/, '%C3%A9')), mismatch['rest-xml']);
  });

  it('a host that is not signed', async () => {
    const text = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.";
    const said = inWords(
      ['InvalidSignatureException', text],
      ['SignatureDoesNotMatch', text],
      [403, 'AccessDenied', 'There were headers present in the request which were not signed'],
    );
    await expectEach(said, (door) => sent(door, { unsigned: ['host'] }));
    assert.match(
      String((await sent('rest-xml', { unsigned: ['host'] })).body),
      /<HeadersNotSigned>host<\/HeadersNotSigned>/,
    );
  });

  it('at S3, an x-amz- header that is not signed, even beside a presigned URL', async () => {
    const names = ['x-amz-acl', 'x-amz-meta-a'];
    const headers = { 'x-amz-acl': 'private', 'x-amz-meta-a': 'b' };
    for (const expires of [undefined, 60]) {
      const answer = await sent('rest-xml', { headers, unsigned: names, ...(expires ? { expires } : {}) });
      assert.deepEqual(saidBy('rest-xml', answer), [
        403,
        'AccessDenied',
        'There were headers present in the request which were not signed',
      ]);
      assert.match(String(answer.body), /<HeadersNotSigned>x-amz-acl, x-amz-meta-a<\/HeadersNotSigned>/);
    }
    assert.equal((await sent('rest-xml', { unsigned: ['x-amz-content-sha256'] })).status, 404);
  });

  it('a body that is another than the one signed', async () => {
    const other: Said = [
      400,
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    ];
    await expectEach({ ...mismatch, 'rest-xml': other }, (door) => sent(door, { payloadHash: '0'.repeat(64) }));
    const headers = { ...doors.query.headers, 'x-amz-content-sha256': '0'.repeat(64) };
    assert.deepEqual(saidBy('query', await sent('query', { headers })), mismatch.query);
  });

  it('a path, a query or a signed header that was changed on the way', async () => {
    for (const door of every) {
      const signed = sign(platform, { at: at(0), ...(doors[door] as Sending) });
      const changes: Partial<Signed>[] = [
        { target: `${signed.target}${signed.target.includes('?') ? '&' : '?'}a=b` },
        { headers: { ...signed.headers, host: 'elsewhere:80' } },
        { method: signed.method === 'GET' ? 'HEAD' : 'PUT' },
      ];
      for (const change of changes) {
        const answer = await send(platform, { ...signed, ...change });
        if (change.method === 'HEAD') assert.equal(answer.status, 403);
        else assert.deepEqual(saidBy(door, answer), mismatch[door], `${door} ${JSON.stringify(change)}`);
      }
    }
  });

  it('no signature at all, and another kind of authorization', async () => {
    const bare = (door: Door, authorization?: string) => {
      const { authorization: _, ...headers } = sign(platform, { at: at(0), ...(doors[door] as Sending) }).headers;
      const { method = 'GET', target = '/', body = '' }: Sending = doors[door];
      return send(platform, { method, target, body, headers: authorization ? { ...headers, authorization } : headers });
    };
    const hash = createHash('sha256').update('Bearer x').digest('base64');
    const told = `Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '${hash}'.`;
    for (const door of ['aws-json-1.0', 'aws-json-1.1', 'rpc-v2-cbor'] as const) {
      assert.deepEqual(saidBy(door, await bare(door)), [
        400,
        'MissingAuthenticationTokenException',
        'Missing Authentication Token',
      ]);
      assert.deepEqual(saidBy(door, await bare(door, 'Bearer x')), [400, 'IncompleteSignatureException', told]);
    }
    assert.deepEqual(saidBy('query', await bare('query')), [
      403,
      'MissingAuthenticationToken',
      'Request is missing Authentication Token',
    ]);
    assert.deepEqual(saidBy('query', await bare('query', 'Bearer x')), [403, 'IncompleteSignature', told]);
    // Only a signature's scope tells the other REST services from S3.
    for (const door of ['rest-xml', 'rest-json'] as const) {
      assert.deepEqual(saidBy('rest-xml', await bare(door)), [403, 'AccessDenied', 'Access Denied']);
      assert.deepEqual(saidBy('rest-xml', await bare(door, 'AWS AKIDEXAMPLE:x')), [
        400,
        'InvalidRequest',
        'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
      ]);
    }
  });
});

describe('The gateway does', () => {
  it('serve every region that a request is signed for', async () => {
    assert.equal((await sent('query', { region: 'eu-west-1' })).status, 200);
  });

  it('take repeated headers, spaces and paths as clients sign them', async () => {
    const headers = { 'x-own': ['b', 'a'], 'x-other': '  two   spaces ', accept: 'a, b' };
    for (const door of every) {
      const { headers: usual = {} }: Sending = doors[door];
      const { status } = await sent(door, { headers: { ...usual, ...headers } });
      assert.equal(status, { 'rest-json': 400, 'rest-xml': 404 }[door as string] ?? 200, door);
    }
    assert.equal((await sent('query', { target: '/./' })).status, 200);
  });

  it('keep nothing of a body that is refused', async () => {
    assert.equal((await sent('rest-xml', { method: 'PUT', target: '/a-bucket' })).status, 200);
    assert.equal((await sent('rest-xml', { method: 'PUT', target: '/a-bucket/k', body: 'kept' })).status, 200);
    const put = { method: 'PUT', target: '/a-bucket/k', body: 'other' };
    // Small ones are read as a whole, the others as they come; the last has its MD5 computed by another thread.
    for (const body of ['other', 'x'.repeat(65_536), 'x'.repeat(65_537), 'x'.repeat(2_000_000)]) {
      const refused = await sent('rest-xml', { ...put, body, payloadHash: '0'.repeat(64) });
      assert.equal(saidBy('rest-xml', refused)[1], 'XAmzContentSHA256Mismatch', `${body.length} bytes`);
      assert.equal(String((await sent('rest-xml', { target: '/a-bucket/k' })).body), 'kept');
    }
    assert.equal((await sent('rest-xml', put)).status, 200);
    assert.equal(String((await sent('rest-xml', { target: '/a-bucket/k' })).body), 'other');
  });
});
