import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { copyFrames, frameReader } from './container-log.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clary-frames-'));
});
after(() => rm(folder, { recursive: true }));

function frame(text: string, stream = 1): Buffer {
  const payload = Buffer.from(text);
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

const printed = ['first\n', 'to standard error\n', '', 'ä line of ümlauts\n', 'no newline'];
const frames = Buffer.concat(printed.map((text, i) => frame(text, (i % 2) + 1)));
const whole = printed.join('');

async function* cut(bytes: Buffer, length: number) {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

describe('frames of a container’s log do', () => {
  test('become the payload, wherever the stream is cut', () => {
    for (let length = 1; length <= frames.length; length++) {
      const read = frameReader();
      const pieces: Buffer[] = [];
      for (let at = 0; at < frames.length; at += length) pieces.push(...read(frames.subarray(at, at + length)));
      assert.equal(Buffer.concat(pieces).toString(), whole, `cut every ${length} bytes`);
    }
  });

  test('go on where the file ends, at whatever byte, and repeat nothing', async () => {
    for (let there = 0; there <= Buffer.byteLength(whole); there++) {
      const file = join(folder, `log-${there}`);
      await writeFile(file, Buffer.from(whole).subarray(0, there));
      await copyFrames(cut(frames, 7), file);
      assert.equal(await readFile(file, 'utf8'), whole, `${there} bytes were there`);
    }
  });

  test('leave what is there when the stream ends early, and may be copied by two at once', async () => {
    const file = join(folder, 'log-twice');
    await copyFrames(cut(frames.subarray(0, 20), 3), file);
    await Promise.all([copyFrames(cut(frames, 5), file), copyFrames(cut(frames, 11), file)]);
    assert.equal(await readFile(file, 'utf8'), whole);
  });
});
