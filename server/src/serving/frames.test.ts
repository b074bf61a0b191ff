import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Frame, frameKind, frameReader, pingFrame, readResponse, requestFrame } from './frames.ts';

/** A frame as the other side writes it: by the table in frames.ts, not by its code. */
function frame(id: number, kind: number, rest: Uint8Array): Buffer {
  const head = Buffer.alloc(9);
  head.writeUInt32BE(5 + rest.length, 0);
  head.writeUInt32BE(id, 4);
  head[8] = kind;
  return Buffer.concat([head, rest]);
}

function response(id: number, status: number, contentType: string, body: string): Buffer {
  const head = Buffer.alloc(3);
  head.writeUInt16BE(status, 0);
  head[2] = contentType.length;
  return frame(id, frameKind.response, Buffer.concat([head, Buffer.from(contentType), Buffer.from(body)]));
}

function collector() {
  const seen: { id: number; kind: number; rest: string }[] = [];
  const push = frameReader(({ id, kind, rest }: Frame) => seen.push({ id, kind, rest: rest.toString('latin1') }));
  return { seen, push };
}

/** A generator of its own, so that a failure can be seen again. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % below;
  };
}

describe('frames', () => {
  it('writes a request as the table says', () => {
    const bytes = requestFrame(0x01020304, 'text/csv', '*/*', 'trace=é', Buffer.from('1,2'));
    assert.equal(
      bytes.toString('latin1'),
      '\x00\x00\x00\x1f\x01\x02\x03\x04\x01\x08\x03\x00\x08text/csv*/*trace=\xc3\xa91,2',
    );
    assert.equal(bytes.readUInt32BE(0), bytes.length - 4);
    assert.deepEqual(pingFrame(7), frame(7, frameKind.ping, new Uint8Array()));
  });

  it('takes a body that is a view into a larger buffer', () => {
    const whole = new Uint8Array(100).map((_, i) => i);
    const bytes = requestFrame(1, '', '', '', whole.subarray(40, 60));
    assert.deepEqual(bytes.subarray(13), Buffer.from(whole.subarray(40, 60)));
  });

  it('reads a response: status, type and body', () => {
    const { rest } = { rest: response(1, 415, 'text/plain', 'ünlesbar').subarray(9) };
    const { status, contentType, body } = readResponse(rest);
    assert.deepEqual([status, contentType, body.toString()], [415, 'text/plain', 'ünlesbar']);
    assert.equal(readResponse(response(1, 204, '', '').subarray(9)).body.length, 0);
  });

  it('reads the same frames however the stream is cut', () => {
    const stream = Buffer.concat(
      Array.from({ length: 60 }, (_, id) => response(id, 200, 'text/csv', 'x'.repeat(id % 7 === 0 ? 70_000 : id * 3))),
    );
    const whole = collector();
    whole.push(stream);
    assert.deepEqual(
      whole.seen.map(({ id }) => id),
      Array.from({ length: 60 }, (_, id) => id),
    );
    for (let seed = 1; seed <= 40; seed++) {
      const below = random(seed);
      const cut = collector();
      for (let at = 0; at < stream.length; ) {
        const size = 1 + below(seed % 2 === 0 ? 12 : 30_000);
        cut.push(stream.subarray(at, at + size));
        at += size;
      }
      assert.deepEqual(cut.seen, whole.seen, `seed ${seed}`);
    }
  });

  it('reads byte by byte', () => {
    const { seen, push } = collector();
    const stream = Buffer.concat([
      pingFrame(1),
      response(0xffffffff, 200, 'a', 'b'),
      frame(3, frameKind.pong, Buffer.from('{}')),
    ]);
    for (const byte of stream) push(Buffer.of(byte));
    assert.deepEqual(
      seen.map(({ id, kind }) => [id, kind]),
      [
        [1, frameKind.ping],
        [0xffffffff, frameKind.response],
        [3, frameKind.pong],
      ],
    );
  });
});

describe('frames refuse', () => {
  it('lengths that no frame has, as soon as the length is known', () => {
    for (const length of [0, 4, 32 * 1024 * 1024 + 1, 0xffffffff]) {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(length);
      assert.throws(() => collector().push(bytes), { name: 'RangeError', message: `a frame of ${length} bytes` });
      const { push } = collector();
      assert.throws(() => {
        for (const byte of bytes) push(Buffer.of(byte));
      }, RangeError);
    }
  });

  it('types that do not fit into their length', () => {
    const long = 'x'.repeat(256);
    assert.throws(() => requestFrame(1, long, '', '', new Uint8Array()), RangeError);
    assert.throws(() => requestFrame(1, '', long, '', new Uint8Array()), RangeError);
    // 200 letters, but more than 255 bytes.
    assert.throws(() => requestFrame(1, 'é'.repeat(200), '', '', new Uint8Array()), RangeError);
    assert.throws(() => readResponse(Buffer.of(0)), RangeError);
  });
});

describe('frames survive', () => {
  it('a large frame in many pieces, without copying it again with each', () => {
    const bytes = frame(1, frameKind.response, Buffer.alloc(30 * 1024 * 1024, 'x'));
    let length = 0;
    const push = frameReader(({ rest }) => {
      length = rest.length;
    });
    const started = process.cpuUsage();
    for (let at = 0; at < bytes.length; at += 8192) push(bytes.subarray(at, at + 8192));
    const { user, system } = process.cpuUsage(started);
    assert.equal(length, 30 * 1024 * 1024);
    // One copy takes some 20 ms; one with each of the 3,840 pieces would take a minute.
    assert.ok(user + system < 2_000_000, `${user + system} µs`);
  });
});
