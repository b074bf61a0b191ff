/** Bodies in S3's chunks: AWS's documented examples are facts, and what is damaged never ends as a body. */
import assert from 'node:assert/strict';
import { createHmac, type KeyObject } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { decodeChunks } from './aws-chunked.ts';
import { emptyHash, expectedSignature, readSignature, type Signature, sha256, signingKey } from './sigv4.ts';

const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const scope = '20130524/us-east-1/s3/aws4_request';
const time = '20130524T000000Z';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html and …/sigv4-streaming-trailers.html: 65 KiB of "a" in 64 and 1. */
const documented = {
  signed: {
    headers: { 'content-length': '66824', 'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' },
    seed: '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
    chunks: [
      'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
      '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
      'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
    ],
    trailers: {},
    end: '\r\n',
  },
  trailed: {
    headers: {
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
      'x-amz-trailer': 'x-amz-checksum-crc32c',
    },
    seed: '106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e',
    chunks: [
      'b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2',
      '1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7',
      '2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992',
    ],
    trailers: { 'x-amz-checksum-crc32c': 'sOO8/Q==' },
    end: 'x-amz-checksum-crc32c:sOO8/Q==\r\nx-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n',
  },
} as const;
type Example = (typeof documented)[keyof typeof documented];

const wireOf = ({ chunks: [one, two, last], end }: Example) =>
  `10000;chunk-signature=${one}\r\n${'a'.repeat(65_536)}\r\n400;chunk-signature=${two}\r\n${'a'.repeat(1024)}\r\n0;chunk-signature=${last}\r\n${end}`;

function requestOf({ headers, seed }: Example) {
  const all: Record<string, string> = {
    host: 's3.amazonaws.com',
    'x-amz-date': time,
    'x-amz-storage-class': 'REDUCED_REDUNDANCY',
    'content-encoding': 'aws-chunked',
    'x-amz-decoded-content-length': '66560',
    ...headers,
  };
  const names = Object.keys(all).sort().join(';');
  all.authorization = `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/${scope},SignedHeaders=${names},Signature=${seed}`;
  return { method: 'PUT', path: '/examplebucket/chunkObject.txt', query: '', headers: all };
}

function signingOf(example: Example) {
  const signature = readSignature(requestOf(example));
  assert.ok(signature);
  return { signature, key: signingKey(secret, signature) };
}

/** A generator of the same numbers in every run: https://en.wikipedia.org/wiki/Linear_congruential_generator */
function seeded(state: number): (below: number) => number {
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** The same bytes, split anywhere. */
function pieces(wire: string | Buffer, random: (below: number) => number, longest: number): Buffer[] {
  const bytes = Buffer.from(wire);
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + random(longest);
    parts.push(bytes.subarray(at, at + size));
    at += size;
  }
  return parts;
}

const decoded = (
  wire: string | Buffer,
  ...rest: Parameters<typeof decodeChunks> extends [unknown, ...infer R] ? R : never
) => buffer(decodeChunks(Readable.from([Buffer.from(wire)]), ...rest));

/** What a client sends; `signing` is the seed's. */
function encoded(
  chunks: readonly Buffer[],
  trailers: readonly string[],
  signing?: { readonly signature: Signature; readonly key: KeyObject },
): Buffer {
  let previous = signing?.signature.signature ?? '';
  const sign = (kind: string, ...content: string[]) => {
    if (!signing) return '';
    const text = [`AWS4-HMAC-SHA256-${kind}`, time, scope, previous, ...content].join('\n');
    previous = createHmac('sha256', signing.key).update(text).digest('hex');
    return previous;
  };
  const parts: Buffer[] = [];
  for (const chunk of [...chunks, Buffer.alloc(0)]) {
    const signature = sign('PAYLOAD', emptyHash, sha256(chunk));
    parts.push(Buffer.from(`${chunk.length.toString(16)}${signature && `;chunk-signature=${signature}`}\r\n`), chunk);
    if (chunk.length > 0) parts.push(Buffer.from('\r\n'));
  }
  for (const trailer of trailers) parts.push(Buffer.from(`${trailer}\r\n`));
  const last = trailers.length > 0 && sign('TRAILER', sha256(trailers.map((trailer) => `${trailer}\n`).join('')));
  parts.push(Buffer.from(`${last ? `x-amz-trailer-signature:${last}\r\n` : ''}\r\n`));
  return Buffer.concat(parts);
}

describe('decodeChunks does', () => {
  for (const [name, example] of Object.entries(documented)) {
    it(`the documented example, ${name}`, async () => {
      const { signature, key } = signingOf(example);
      const hash = example.headers['x-amz-content-sha256'];
      assert.equal(expectedSignature(signature, requestOf(example), hash, key, true), example.seed);
      const body = decodeChunks(
        Readable.from([Buffer.from(wireOf(example))]),
        { signature, key },
        Object.keys(example.trailers),
      );
      assert.ok((await buffer(body)).equals(Buffer.alloc(66_560, 'a')));
      assert.deepEqual(body.trailers, example.trailers);
    });
  }

  it('unsigned chunks with a trailer', async () => {
    const wire = 'b\r\nhello world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n';
    const body = decodeChunks(Readable.from([Buffer.from(wire)]), undefined, ['x-amz-checksum-crc32']);
    assert.equal(String(await buffer(body)), 'hello world');
    assert.deepEqual(body.trailers, { 'x-amz-checksum-crc32': 'DUoRhQ==' });
  });

  it('read trailers as other clients write them: capitals, spaces, a line feed of their own, no empty line', async () => {
    for (const end of [
      'X-Amz-Checksum-CRC32: DUoRhQ== \r\n\r\n',
      'x-amz-checksum-crc32:DUoRhQ==\n\r\n\r\n',
      'x-amz-checksum-crc32:DUoRhQ==\r\n',
    ]) {
      const body = decodeChunks(Readable.from([Buffer.from(`B\r\nhello world\r\n0\r\n${end}`)]), undefined, [
        'x-amz-checksum-crc32',
      ]);
      assert.equal(String(await buffer(body)), 'hello world');
      assert.deepEqual(body.trailers, { 'x-amz-checksum-crc32': 'DUoRhQ==' }, JSON.stringify(end));
    }
  });

  it('empty bodies', async () => {
    assert.equal((await decoded('0\r\n\r\n', undefined)).length, 0);
    const signing = signingOf(documented.signed);
    assert.equal((await decoded(encoded([], [], signing), signing)).length, 0);
  });

  it('any chunks, however their bytes arrive', async () => {
    const random = seeded(20_130_524);
    const signing = signingOf(documented.trailed);
    for (let round = 0; round < 20; round++) {
      const chunks = Array.from({ length: random(6) }, () =>
        Buffer.from(Array.from({ length: 1 + random(300) }, () => random(256))),
      );
      const trailers = random(2) ? ['x-amz-checksum-crc32c:sOO8/Q==', 'x-amz-meta-more:of it'] : [];
      const names = trailers.map((trailer) => trailer.split(':')[0] ?? '');
      for (const used of [signing, undefined]) {
        const wire = encoded(chunks, trailers, used);
        for (const longest of [1, 3, 40, 400]) {
          const body = decodeChunks(Readable.from(pieces(wire, random, longest)), used, names);
          assert.ok((await buffer(body)).equals(Buffer.concat(chunks)), `round ${round}, pieces of up to ${longest}`);
          assert.deepEqual(Object.keys(body.trailers), names);
        }
      }
    }
  });
});

const incomplete = { code: 'IncompleteBody', message: 'The request body terminated unexpectedly', status: 400 };
const mismatch = {
  code: 'SignatureDoesNotMatch',
  message:
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
  status: 403,
};
const malformedTrailer = {
  code: 'MalformedTrailerError',
  message: 'The request contained trailing data that was not well-formed or did not conform to our published schema.',
  status: 400,
};

describe('decodeChunks refuses', () => {
  const { trailed } = documented;
  const signing = signingOf(trailed);
  const names = ['x-amz-checksum-crc32c'];
  const changed = (from: string | RegExp, to: string) => {
    const [before, after] = [wireOf(trailed), wireOf(trailed).replace(from, to)];
    assert.notEqual(before, after);
    return decoded(after, signing, names);
  };

  it('a byte of a signed chunk that is another', async () => {
    await assert.rejects(changed('aa', 'ab'), mismatch);
  });

  it('a signature that is another, one of another chunk, or none', async () => {
    for (const signature of trailed.chunks) {
      await assert.rejects(changed(signature, 'b'.repeat(64)), mismatch);
      await assert.rejects(changed(`;chunk-signature=${signature}`, ''), mismatch);
    }
    await assert.rejects(changed(trailed.chunks[0], trailed.chunks[1]), mismatch);
  });

  it('a seed that is another', async () => {
    const other = { ...signing, signature: { ...signing.signature, signature: documented.signed.seed } };
    await assert.rejects(decoded(wireOf(trailed), other, names), mismatch);
  });

  it('a chunk left out, doubled, or moved behind another', async () => {
    const [one, two, three] = ['one', 'two', 'three'].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer];
    const wire = encoded([one, two, three], [], signing).toString('latin1');
    const parts = wire.split(/(?<=\r\n)(?=\d+;)/);
    for (const order of [[0, 2, 3], [0, 0, 1, 2, 3], [1, 0, 2, 3], [3]])
      await assert.rejects(decoded(order.map((at) => parts[at]).join(''), signing, []), mismatch);
    assert.equal(String(await decoded(parts.join(''), signing, [])), 'onetwothree');
  });

  it('a signed trailer that is another, or whose signature is another or missing', async () => {
    await assert.rejects(changed('sOO8/Q==', 'sOO8/R=='), mismatch);
    await assert.rejects(changed('signature:d8', 'signature:d9'), mismatch);
    await assert.rejects(changed(/x-amz-trailer-signature:.*\r\n/, ''), mismatch);
  });

  it('trailers other than those announced, and lines that are none', async () => {
    const wire = 'b\r\nhello world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n';
    for (const announced of [[], ['x-amz-checksum-sha1'], ['x-amz-checksum-crc32', 'x-amz-checksum-sha1']])
      await assert.rejects(decoded(wire, undefined, announced), malformedTrailer);
    await assert.rejects(decoded('b\r\nhello world\r\n0\r\n\r\n', undefined, names), malformedTrailer);
    await assert.rejects(decoded('0\r\nx-amz-checksum-crc32c\r\n\r\n', undefined, names), malformedTrailer);
    await assert.rejects(decoded('0\r\n:sOO8/Q==\r\n\r\n', undefined, names), malformedTrailer);
    await assert.rejects(changed(/x-amz-checksum-crc32c.*\r\n.*\r\n/, ''), malformedTrailer);
  });

  it('lengths that are none, too long, too short or too large', async () => {
    for (const wire of [
      'b;chunk-signature=short\r\nhello world\r\n0\r\n\r\n',
      'b;other=1\r\nhello world\r\n0\r\n\r\n',
      'xyz\r\nhello world\r\n0\r\n\r\n',
      '-b\r\nhello world\r\n0\r\n\r\n',
      '\r\nhello world\r\n0\r\n\r\n',
      'a\r\nhello world\r\n0\r\n\r\n',
      'c\r\nhello world\r\n0\r\n\r\n',
      'fffffffff\r\nhello world\r\n0\r\n\r\n',
      'ffffffff\r\nhello world\r\n0\r\n\r\n',
      'b\nhello world\n0\n\n',
      'a'.repeat(100_000),
    ])
      await assert.rejects(decoded(wire, undefined), incomplete, JSON.stringify(wire.slice(0, 40)));
  });

  it('a body that ends too early, wherever it does', async () => {
    const whole = encoded([Buffer.from('hello'), Buffer.from('world')], [], signing);
    const enough = whole.lastIndexOf('\r\n\r\n') + 2;
    for (let length = 0; length < enough; length++)
      await assert.rejects(
        decoded(whole.subarray(0, length), signing),
        incomplete,
        `${length} of ${whole.length} bytes`,
      );
    assert.equal(String(await decoded(whole.subarray(0, enough), signing)), 'helloworld');
  });
});
