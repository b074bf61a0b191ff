/** AWS's published examples are the facts here: the signing test suite (awslabs/aws-c-auth, tests/aws-signing-test-suite/v4) and S3's documentation. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { WireRequest } from './protocol.ts';
import { canonicalRequest, emptyHash, expectedSignature, readSignature, sha256, signingKey } from './sigv4.ts';

interface Case {
  readonly name: string;
  readonly method?: 'GET' | 'POST';
  readonly target?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The session token; `unsigned` where the suite adds it after signing. */
  readonly token?: string;
  readonly unsigned?: string;
  /** The published signatures of the header and of the query form. */
  readonly header: string;
  readonly query?: string;
}

const unreserved = '-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const token =
  'AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==';
const vanilla = {
  header: '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  query: 'e93c787ed7f371d5c6b165c1b38ede9550f4dce4144713e844b25b7192d3865d',
};
const postVanilla = {
  method: 'POST' as const,
  header: '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
  query: '2ce6e6d2e0cf2f9d1b55fafec88cd20574c31dc2e7631979f71ba2310083e95b',
};

const suite: readonly Case[] = [
  { name: 'get-vanilla', ...vanilla },
  {
    name: 'get-vanilla-query-order-key-case',
    target: '/?Param2=value2&Param1=value1',
    header: 'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    query: '86012e2c9ad4d77369f5d81c11f75158aae4f895a085212cc6d3f923d300bed5',
  },
  {
    name: 'get-vanilla-query-order-encoded',
    target: '/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1',
    header: '371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac',
    query: 'c5f1848ceec943ac2ca68ee720460c23aaae30a2300586597ada94c4a65e4787',
  },
  {
    name: 'get-vanilla-query-unreserved',
    target: `/?${unreserved}=${unreserved}`,
    header: '9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197',
    query: '8e76a88a7433637b12778d5592799b29ad21ecd6cf6325051c21d86f0acda2bf',
  },
  {
    name: 'get-vanilla-empty-query-key',
    target: '/?Param1=value1',
    header: 'a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb',
    query: '49096700cbbaa5753443850f40df10f904fc2fdb544dc9512203cc77c471a9de',
  },
  {
    name: 'get-vanilla-utf8-query',
    target: '/?ሴ=bar',
    header: '2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04',
    query: '0bdd809b1519ac4f0c1dc3540e2cc46bd0c7f778eda408b2ebf3b913d21ff600',
  },
  {
    name: 'get-vanilla-with-session-token',
    token: '6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267',
    header: '07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8',
    query: '7ff2b50b376cb4d151970630573d6291dc128cc5c2a12ffb237f73cc53f67b6c',
  },
  {
    name: 'get-unreserved',
    target: `/${unreserved}`,
    header: '07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f',
    query: '95968482db1b9e0fadef6efc1bd24689f77c77d9ef56919c96a28cc92e0d6005',
  },
  {
    name: 'get-utf8',
    target: '/ሴ',
    header: '8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85',
    query: '10eae3f14a260bd3911cc6d008d3c576d143b05b62f09782a7a4b37f52178e44',
  },
  {
    name: 'get-space',
    target: '/example space/',
    header: '652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741',
    query: '7a1f416954786484c9824d93c1f26ef64acb9b1b6c9154d08c9f07d0e394abf6',
  },
  { name: 'get-relative-normalized', target: '/example/..', ...vanilla },
  { name: 'get-relative-relative-normalized', target: '/example1/example2/../..', ...vanilla },
  { name: 'get-slash-normalized', target: '//', ...vanilla },
  { name: 'get-slash-dot-slash-normalized', target: '/./', ...vanilla },
  {
    name: 'get-slash-pointless-dot-normalized',
    target: '/./example',
    header: 'ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5',
    query: '35034b1a0bdd969f346975386daf8aedfd4976573b8348cf4f67eaa41c5857de',
  },
  {
    name: 'get-slashes-normalized',
    target: '//example//',
    header: '9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84',
    query: 'c1834e8fb0307243711f0f907f6ab7311ed300d87f13792d7ee4da89ab93e082',
  },
  {
    name: 'get-header-key-duplicate',
    headers: { 'my-header1': 'value2,value2,value1' },
    header: 'c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea',
    query: '3349ee0b81b4b589da0ff28a395c3591e04de515651dd74f298fa992d1507a97',
  },
  {
    name: 'get-header-value-multiline',
    headers: { 'my-header1': 'value1   value2      value3' },
    header: 'cfd34249e4b1c8d6b91ef74165d41a32e5fab3306300901bb65a51a73575eefd',
    query: 'e6f5def831211aca02987a44b96826706278c7bc078112ae0263659c5b2f2d56',
  },
  {
    name: 'get-header-value-order',
    headers: { 'my-header1': 'value4,value1,value3,value2' },
    header: '08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01',
    query: '313720e71ca6202fdcfa9b20f88de01a4eb0638a83c833b1c184359a4eda864e',
  },
  {
    name: 'get-header-value-trim',
    headers: { 'my-header1': ' value1', 'my-header2': ' "a   b   c"' },
    header: 'acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736',
    query: 'e7bb0fd515e125e1aec2ecc4c0c17484fb06f6846b927c35e46005dd3df3acd4',
  },
  { name: 'post-vanilla', ...postVanilla },
  {
    name: 'post-vanilla-query',
    method: 'POST',
    target: '/?Param1=value1',
    header: '28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11',
    query: 'a9ef26247f293bffe40eeff86a0480ba8c14d31503b2e0c3399e3a16bf1a3682',
  },
  {
    name: 'post-header-key-sort',
    method: 'POST',
    headers: { 'my-header1': 'value1' },
    header: 'c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c',
    query: 'c09d07e0d55871f10f2a6d350d994acf6825a3cae70673d7def55616e6119dd7',
  },
  {
    name: 'post-header-value-case',
    method: 'POST',
    headers: { 'my-header1': 'VALUE1' },
    header: 'cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d',
    query: '0698bc9e4f7f9139065ba2909c0e99da257e8e2a42492a097bcd46d792391fed',
  },
  { name: 'post-sts-header-after', unsigned: token, method: 'POST', header: postVanilla.header },
  {
    name: 'post-sts-header-before',
    method: 'POST',
    token,
    header: '85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead',
    query: '46c2e3c63c1dbe7d39f8ada16fe7f001c1f56c5791441565323677f96308871c',
  },
  {
    name: 'post-x-www-form-urlencoded',
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-length': '13' },
    body: 'Param1=value1',
    header: 'd3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b',
    query: '89a40deed0f26f9461242825a082d2222717248abc7ab41f552ad84a94ad46e9',
  },
  {
    name: 'post-x-www-form-urlencoded-parameters',
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8', 'content-length': '13' },
    body: 'Param1=value1',
    header: '328d1b9eaadca9f5818ef05e8392801e091653bafec24fcab71e7344e7f51422',
    query: '0dbeb9b026c7b6675f266b8427efec9b4fa8b1f6ef1477d717aea231106eab4d',
  },
];

const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const credential = 'AKIDEXAMPLE/20150830/us-east-1/service/aws4_request';
const time = '20150830T123600Z';

const split = (target: string) => {
  const at = target.indexOf('?');
  return at === -1 ? { path: target, query: '' } : { path: target.slice(0, at), query: target.slice(at + 1) };
};

/** What the signature of this request would have to be. */
function expected(request: Omit<WireRequest, 'body'>, payloadHash: string, secretKey: string): string {
  const signature = readSignature(request);
  assert.ok(signature);
  return expectedSignature(
    signature,
    request,
    payloadHash,
    signingKey(secretKey, signature),
    signature.service === 's3',
  );
}

function inHeader({ method = 'GET', target = '/', headers, body, token: signed, unsigned }: Case) {
  const all: Record<string, string> = { host: 'example.amazonaws.com', 'x-amz-date': time, ...headers };
  if (body !== undefined) all['x-amz-content-sha256'] = sha256(body);
  if (signed) all['x-amz-security-token'] = signed;
  const names = Object.keys(all).sort().join(';');
  if (unsigned) all['x-amz-security-token'] = unsigned;
  all.authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${'0'.repeat(64)}`;
  return { method, ...split(target), headers: all };
}

function inQuery({ method = 'GET', target = '/', headers, token: signed }: Case) {
  const all: Record<string, string> = { host: 'example.amazonaws.com', ...headers };
  const own = split(target);
  const parameters: Record<string, string> = {
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': credential,
    'X-Amz-Date': time,
    'X-Amz-Expires': '3600',
    'X-Amz-SignedHeaders': Object.keys(all).sort().join(';'),
    ...(signed ? { 'X-Amz-Security-Token': signed } : {}),
    'X-Amz-Signature': '0'.repeat(64),
  };
  const query = [
    own.query,
    ...Object.entries(parameters).map(([name, value]) => `${name}=${encodeURIComponent(value)}`),
  ];
  return { method, path: own.path, query: query.join('&'), headers: all };
}

describe('The signing test suite does', () => {
  for (const one of suite) {
    it(one.name, () => {
      const payloadHash = sha256(one.body ?? '');
      assert.equal(expected(inHeader(one), payloadHash, secret), one.header);
      if (one.query) assert.equal(expected(inQuery(one), payloadHash, secret), one.query);
    });
  }

  it('leave paths as they are where a service, as S3, does not normalize', () => {
    for (const path of ['/example/..', '/example1/example2/../..', '/./', '//', '/./example', '//example//']) {
      const request = { method: 'GET', path, query: '', headers: { host: 'example.amazonaws.com' } };
      assert.equal(canonicalRequest(request, ['host'], emptyHash, true).split('\n')[1], path);
    }
  });
});

const s3Secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const s3Credential = 'AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request';
const s3Host = 'examplebucket.s3.amazonaws.com';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
const s3Examples = [
  {
    name: 'GET Object with a range',
    target: '/test.txt',
    headers: { range: 'bytes=0-9' },
    signature: 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  },
  {
    name: 'PUT Object',
    method: 'PUT',
    target: '/test%24file.text',
    headers: { date: 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-storage-class': 'REDUCED_REDUNDANCY' },
    body: 'Welcome to Amazon S3.',
    signature: '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
  },
  {
    name: 'PUT Object, its path sent without encoding',
    method: 'PUT',
    target: '/test$file.text',
    headers: { date: 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-storage-class': 'REDUCED_REDUNDANCY' },
    body: 'Welcome to Amazon S3.',
    signature: '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
  },
  {
    name: 'GET Bucket Lifecycle',
    target: '/?lifecycle',
    signature: 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
  },
  {
    name: 'GET Bucket (List Objects)',
    target: '/?max-keys=2&prefix=J',
    signature: '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  },
];

describe("S3's documented examples do", () => {
  for (const { name, method = 'GET', target, headers = {}, body = '', signature } of s3Examples) {
    it(name, () => {
      const all: Record<string, string> = {
        host: s3Host,
        'x-amz-content-sha256': sha256(body),
        'x-amz-date': '20130524T000000Z',
        ...headers,
      };
      const names = Object.keys(all).sort().join(';');
      all.authorization = `AWS4-HMAC-SHA256 Credential=${s3Credential},SignedHeaders=${names},Signature=${signature}`;
      assert.equal(expected({ method, ...split(target), headers: all }, sha256(body), s3Secret), signature);
    });
  }

  // https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
  it('presigned GET Object', () => {
    const signature = 'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404';
    const query = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${encodeURIComponent(s3Credential)}&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=${signature}`;
    const request = { method: 'GET', path: '/test.txt', query, headers: { host: s3Host } };
    assert.equal(expected(request, 'UNSIGNED-PAYLOAD', s3Secret), signature);
    assert.deepEqual(readSignature(request), {
      form: 'query',
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      date: '20130524',
      region: 'us-east-1',
      service: 's3',
      signedHeaders: ['host'],
      signature,
      time: '20130524T000000Z',
      expires: 86_400,
      token: undefined,
    });
  });
});
