/** The two forms of a signature as they come, and what is wrong with those that cannot be read. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MalformedSignature } from './malformed-signature.ts';
import { isSameSignature, readSignature, signatureTime, signedAt } from './sigv4.ts';

const credential = 'AKIDEXAMPLE/20150830/us-east-1/service/aws4_request';
const time = '20150830T123600Z';

const headerOf = (
  change: (authorization: string) => string,
  extra: Record<string, string> = { 'x-amz-date': time },
) => ({
  query: '',
  headers: {
    authorization: change(`AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host;x-amz-date, Signature=abc`),
    ...extra,
  },
});
const queryOf = (change: Record<string, string | undefined>) => {
  const parameters = {
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': credential,
    'X-Amz-Date': time,
    'X-Amz-Expires': '60',
    'X-Amz-SignedHeaders': 'host',
    'X-Amz-Signature': 'abc',
    ...change,
  };
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { headers: {}, query: new URLSearchParams(given).toString() };
};

describe('readSignature does', () => {
  it('find nothing where nothing is signed', () => {
    assert.equal(readSignature({ headers: { host: 'localhost' }, query: 'list-type=2' }), undefined);
  });

  it('read the parts in any order and with any spaces', () => {
    const given = readSignature(
      headerOf(() => `AWS4-HMAC-SHA256 Signature=abc,SignedHeaders=host;range ,  Credential=${credential}`),
    );
    assert.equal(given?.signature, 'abc');
    assert.deepEqual(given.signedHeaders, ['host', 'range']);
    assert.equal(given.accessKeyId, 'AKIDEXAMPLE');
  });

  it('take the time from Date where there is no X-Amz-Date', () => {
    const given = readSignature(headerOf((same) => same, { date: 'Sun, 30 Aug 2015 12:36:00 GMT' }));
    assert.equal(given?.time, time);
  });

  it('take a session token from where the signature is', () => {
    assert.equal(
      readSignature(headerOf((same) => same, { 'x-amz-date': time, 'x-amz-security-token': 't' }))?.token,
      't',
    );
    assert.equal(readSignature(queryOf({ 'X-Amz-Security-Token': 't/+=' }))?.token, 't/+=');
  });
});

const noTime =
  /^Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header\. \(Hashed with SHA-256 and encoded with Base64\) Authorization=[\w+/]{43}=$/;
const allMissing =
  /^Authorization header requires 'Credential' parameter\. Authorization header requires 'Signature' parameter\. Authorization header requires 'SignedHeaders' parameter\. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header\. \(Hashed/;

describe('readSignature refuses', () => {
  const broken: readonly [string, Parameters<typeof readSignature>[0], string | RegExp][] = [
    [
      'another mechanism',
      headerOf(() => 'AWS AKIDEXAMPLE:abc'),
      /^Invalid key=value pair \(missing equal-sign\) in Auth/,
    ],
    [
      'another algorithm',
      headerOf((is) => is.replace('256', '1')),
      /^Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA1' \(only AWS4-HMAC-SHA256 for now\)\. $/,
    ],
    [
      'no credential',
      headerOf((is) => is.replace('Credential', 'C')),
      /^Authorization header requires 'Credential' par/,
    ],
    [
      'no signature',
      headerOf((is) => is.replace(', Signature=abc', '')),
      /^Authorization header requires 'Signature' parameter\. /,
    ],
    ['nothing at all', headerOf(() => 'AWS4-HMAC-SHA256 ', {}), allMissing],
    ['no time', headerOf((same) => same, {}), noTime],
    ['an unreadable Date', headerOf((same) => same, { date: 'yesterday' }), noTime],
    ['a short scope', headerOf((is) => is.replace('/service', '')), /^Credential must have exactly 5 slash-delimited/],
    [
      'a long scope',
      headerOf((is) => is.replace('/service', '/a/b')),
      /^Credential must have exactly 5 slash-delimited/,
    ],
    [
      'another end of the scope, of another day',
      headerOf((is) => is.replace('aws4_', 'aws5_').replace('20150830', 'today')),
      /^Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'\. Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: 'today' != '20150830', from '20150830T123600Z'\.$/,
    ],
    ...Object.keys({ 'X-Amz-Credential': 0, 'X-Amz-Date': 0, 'X-Amz-Expires': 0, 'X-Amz-SignedHeaders': 0 }).map(
      (name) => [`a URL without ${name}`, queryOf({ [name]: undefined }), new RegExp(name)] as [string, never, RegExp],
    ),
    ['a URL of another algorithm', queryOf({ 'X-Amz-Algorithm': 'AWS4-ECDSA-P256-SHA256' }), /X-Amz-Algorithm only/],
    ['a URL for more than a week', queryOf({ 'X-Amz-Expires': '604801' }), /must be less than 604800 seconds$/],
    ['a URL for less than nothing', queryOf({ 'X-Amz-Expires': '-1' }), /^X-Amz-Expires must be non-negative$/],
    ['a URL for no number of seconds', queryOf({ 'X-Amz-Expires': 'soon' }), /^X-Amz-Expires should be a number$/],
    ['a URL for no time at all', queryOf({ 'X-Amz-Expires': '' }), /^X-Amz-Expires should be a number$/],
  ];
  for (const [name, request, message] of broken) {
    it(name, () => {
      assert.throws(
        () => readSignature(request),
        (error: Error) => {
          assert.ok(error instanceof MalformedSignature);
          assert.match(error.message, message as RegExp);
          return true;
        },
      );
    });
  }
});

describe('Times and signatures do', () => {
  it('read one form of time only', () => {
    assert.equal(signatureTime(time), Date.UTC(2015, 7, 30, 12, 36));
    for (const other of ['', '2015-08-30T12:36:00Z', '20150830T123600', '20151330T123600Z', '20150830T123600Z '])
      assert.ok(Number.isNaN(signatureTime(other)), other);
  });

  it('be of one day with their scope', () => {
    const of =
      (date: string, at = time) =>
      () =>
        signedAt({ form: 'header', date, time: at });
    assert.equal(of('20150830')(), Date.UTC(2015, 7, 30, 12, 36));
    for (const other of ['20150831', '2015', 'today'])
      assert.throws(of(other), {
        fault: 'scope',
        s3: other === '20150831' ? /^Invalid credential date\. / : /^incorrect date format /,
      });
    assert.throws(of('20150830', '201'), {
      fault: 'time',
      message: /^Date must be in ISO-8601 'basic format'\. Got '201'\./,
    });
  });

  it('compare whatever comes', () => {
    const hex = 'a'.repeat(64);
    assert.equal(isSameSignature(hex, hex), true);
    for (const other of ['', 'abc', 'b'.repeat(64), hex.toUpperCase(), 'é'.repeat(64)])
      assert.equal(isSameSignature(hex, other), false, other);
  });
});
