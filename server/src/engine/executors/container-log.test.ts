import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { copyFrames, logCopier } from './container-log.ts';
import { entryReader, frameReader } from './container-log-entries.ts';

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

  test('continue where the file ends, at whatever byte, and repeat nothing', async () => {
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

const k8s = `2026-11-21T14:11:08.206014622+00:00 stdout F first
2026-11-21T14:11:08.507075007+00:00 stderr P to standard${' '}
2026-11-21T14:11:08.507116715+00:00 stderr F error
2026-11-21T14:11:08.507116715+00:00 stdout F${' '}
2026-11-21T14:11:08.507320816+00:00 stdout F   ä line  of ümlauts${' '}
2026-11-21T14:11:08.711127542+00:00 stdout P no newline
`;
const json = ['first\n', 'to standard ', 'error\n', '\n', '  ä line  of ümlauts \n', 'no newline']
  .map((log) => `${JSON.stringify({ log, stream: 'stdout', time: '2026-11-21T14:11:08.206014622Z' })}\n`)
  .join('');
const inEntries = 'first\nto standard error\n\n  ä line  of ümlauts \nno newline';

describe('an engine’s own file does', () => {
  for (const [form, text] of Object.entries({ 'k8s-file': k8s, 'json-file': json })) {
    test(`become what was printed, wherever it is cut: ${form}`, () => {
      const bytes = Buffer.from(text);
      for (let length = 1; length <= bytes.length; length++) {
        const read = entryReader();
        const pieces: Buffer[] = [];
        for (let at = 0; at < bytes.length; at += length) pieces.push(...read(bytes.subarray(at, at + length)));
        assert.equal(Buffer.concat(pieces).toString(), inEntries, `cut every ${length} bytes`);
      }
    });

    test(`grow: new lines are copied, and a continuation repeats nothing: ${form}`, async () => {
      const bytes = Buffer.from(text);
      const file = join(folder, `engine-${form}`);
      const log = join(folder, `grown-${form}`);
      const source = {
        file,
        follow: () => {
          throw new Error('the engine is not asked where its file can be read');
        },
      };
      const { signal } = new AbortController();
      let copier = logCopier(log);
      for (let there = 0; there <= bytes.length; there += 9) {
        await writeFile(file, bytes.subarray(0, there));
        await Promise.all([copier.copy(source, signal), copier.copy(source, signal)]);
        // Every other time by one who knows nothing of what was before.
        if (there % 2) copier = logCopier(log);
      }
      await writeFile(file, bytes);
      await copier.copy(source, signal);
      assert.equal(await readFile(log, 'utf8'), inEntries);
    });
  }
});
