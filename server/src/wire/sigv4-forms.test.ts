/** The two forms of a signature as they come, and what is wrong with those that cannot be read. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isSameSignature, MalformedSignature, readSignature, signatureTime } from './sigv4.ts';

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

describe('readSignature refuses', () => {
  const broken: readonly [string, Parameters<typeof readSignature>[0], string | RegExp][] = [
    ['another algorithm', headerOf(() => 'AWS AKIDEXAMPLE:abc'), /requires the algorithm AWS4-HMAC-SHA256\.$/],
    ['no credential', headerOf((is) => is.replace('Credential', 'C')), /requires 'Credential' parameter\.$/],
    ['no signature', headerOf((is) => is.replace(', Signature=abc', '')), /requires 'Signature' parameter\.$/],
    ['no signed headers', headerOf((is) => is.replace('SignedHeaders', 'S')), /requires 'SignedHeaders' parameter\.$/],
    ['no time', headerOf((same) => same, {}), /existence of either a 'X-Amz-Date' or a 'Date' header\.$/],
    ['an unreadable Date', headerOf((same) => same, { date: 'yesterday' }), /a 'X-Amz-Date' or a 'Date' header\.$/],
    ['a short scope', headerOf((is) => is.replace('/service', '')), /^Credential must have exactly 5 slash-delimited/],
    [
      'a long scope',
      headerOf((is) => is.replace('/service', '/a/b')),
      /^Credential must have exactly 5 slash-delimited/,
    ],
    ['no date in the scope', headerOf((is) => is.replace('20150830', 'today')), /^Credential must have exactly 5/],
    ['another end of the scope', headerOf((is) => is.replace('aws4_', 'aws5_')), /^Credential must have exactly 5/],
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

  it('compare whatever comes', () => {
    const hex = 'a'.repeat(64);
    assert.equal(isSameSignature(hex, hex), true);
    for (const other of ['', 'abc', 'b'.repeat(64), hex.toUpperCase(), 'é'.repeat(64)])
      assert.equal(isSameSignature(hex, other), false, other);
  });
});
