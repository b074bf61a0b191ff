import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FrameReader, FrameWriter, frameKind, maxFrameBytes, readResponse } from './frames.ts';

interface Seen {
  readonly id: number;
  readonly kind: number;
  readonly rest: string;
}

function collector(): { seen: Seen[]; reader: FrameReader } {
  const seen: Seen[] = [];
  const reader = new FrameReader((id, kind, bytes, start, end) => {
    seen.push({ id, kind, rest: bytes.toString('latin1', start, end) });
  });
  return { seen, reader };
}

/** A generator of its own, so that a failure can be seen again. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % below;
  };
}

const head = { contentType: 'text/csv', accept: '*/*', customAttributes: 'trace=é' };

describe('frames', () => {
  test('does: a response and a request survive the wire', () => {
    const writer = new FrameWriter();
    writer.response(0xfffffff0, 415, 'text/plain; charset=utf-8', 'ünlesbar');
    writer.request(7, head, '1,2');
    writer.ping(8);
    const responses: unknown[] = [];
    new FrameReader((id, kind, bytes, start, end) => {
      if (kind !== frameKind.response) return responses.push([id, kind, bytes.toString('utf8', start, end)]);
      const { status, contentType, body } = readResponse(bytes, start, end);
      return responses.push([id, status, contentType, body.toString()]);
    }).push(Buffer.concat(writer.take()));
    assert.deepEqual(responses, [
      [0xfffffff0, 415, 'text/plain; charset=utf-8', 'ünlesbar'],
      [7, frameKind.request, '\x08\x03\x00\x08text/csv*/*trace=é1,2'],
      [8, frameKind.ping, ''],
    ]);
  });

  test('does: the same frames however the stream is cut', () => {
    const writer = new FrameWriter();
    for (let id = 0; id < 60; id++) writer.request(id, head, 'x'.repeat(id % 7 === 0 ? 70_000 : id * 3));
    const stream = Buffer.concat(writer.take());
    const whole = collector();
    whole.reader.push(stream);
    assert.equal(whole.seen.length, 60);
    for (let seed = 1; seed <= 40; seed++) {
      const below = random(seed);
      const cut = collector();
      for (let at = 0; at < stream.length; ) {
        const size = 1 + below(seed % 2 === 0 ? 12 : 30_000);
        // A copy, overwritten afterwards: what the reader keeps must not be somebody's receive buffer reused.
        cut.reader.push(Buffer.from(stream.subarray(at, at + size)));
        at += size;
      }
      assert.ok(cut.reader.isBetweenFrames);
      assert.deepEqual(cut.seen, whole.seen, `seed ${seed}`);
    }
  });

  test('does: byte by byte', () => {
    const writer = new FrameWriter();
    writer.ping(1);
    writer.request(2, head, '1,2');
    const { seen, reader } = collector();
    for (const byte of Buffer.concat(writer.take())) reader.push(Buffer.of(byte));
    assert.deepEqual(
      seen.map(({ id, kind }) => [id, kind]),
      [
        [1, frameKind.ping],
        [2, frameKind.request],
      ],
    );
  });

  test('refuses: lengths that no frame has, as soon as the length is known', () => {
    for (const length of [0, 4, maxFrameBytes + 1, 0xffffffff]) {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(length);
      assert.throws(() => collector().reader.push(bytes), RangeError);
      const { reader } = collector();
      assert.throws(() => {
        for (const byte of bytes) reader.push(Buffer.of(byte));
      }, RangeError);
    }
    assert.throws(() => new FrameWriter().response(1, 200, 'text/csv', Buffer.alloc(maxFrameBytes)), RangeError);
  });

  test('survives: answers larger than a chunk, between small ones', () => {
    const writer = new FrameWriter();
    const bodies = ['a', 'b'.repeat(200_000), 'c', 'd'.repeat(65_000), 'e'];
    bodies.forEach((body, id) => void writer.response(id, 200, 'text/csv', body));
    const first = writer.take();
    writer.response(9, 200, 'text/csv', 'later');
    const got: string[] = [];
    const reader = new FrameReader((_id, _kind, bytes, start, end) => {
      got.push(readResponse(bytes, start, end).body.toString());
    });
    for (const chunk of [...first, ...writer.take()]) reader.push(chunk);
    assert.deepEqual(got, [...bodies, 'later']);
  });
});
