import assert from 'node:assert/strict';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readLines } from './file-tail.ts';

const pieceBytes = 256 * 1024 - 26;
let file: string;
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clary-tail-'));
  file = join(folder, 'log');
});
after(() => rm(folder, { recursive: true }));

async function all(maxBytes: number, ended: boolean): Promise<{ lines: string[]; offset: number }> {
  const lines: string[] = [];
  for (let offset = 0; ; ) {
    const read = await readLines(file, offset, maxBytes, ended);
    lines.push(...read.lines);
    if (read.nextOffset === offset) return { lines, offset };
    offset = read.nextOffset;
  }
}

describe('does', () => {
  test('reads whole lines only, until the file has ended', async () => {
    await writeFile(file, 'one\r\n\ntwo\nthr');
    assert.deepEqual(await readLines(file, 0, 1000), { lines: ['one', '', 'two'], nextOffset: 10 });
    assert.deepEqual(await readLines(file, 10, 1000), { lines: [], nextOffset: 10 });
    await appendFile(file, 'ee\nfour');
    assert.deepEqual(await readLines(file, 10, 1000), { lines: ['three'], nextOffset: 16 });
    assert.deepEqual(await readLines(file, 16, 1000, true), { lines: ['four'], nextOffset: 20 });
    assert.deepEqual(await readLines(file, 20, 1000, true), { lines: [], nextOffset: 20 });
  });

  test('a file that is not there has no lines', async () => {
    assert.deepEqual(await readLines(join(folder, 'none'), 0, 1000), { lines: [], nextOffset: 0 });
  });

  test('cuts a long line into pieces between characters and loses nothing', async () => {
    const long = 'a€😀'.repeat(100_000);
    await writeFile(file, `before\n${long}\nafter\n`);
    const { lines } = await all(700 * 1024, false);
    assert.deepEqual([lines[0], lines.at(-1)], ['before', 'after']);
    const pieces = lines.slice(1, -1);
    assert.ok(pieces.length >= Math.ceil(Buffer.byteLength(long) / pieceBytes));
    assert.ok(pieces.every((piece) => Buffer.byteLength(piece) <= pieceBytes));
    assert.ok(pieces.join('') === long, 'the pieces make the line');
  });
});

describe('survives', () => {
  for (const maxBytes of [5, 7, 64, 1000]) {
    test(`a line that is longer than ${maxBytes} bytes at a time`, async () => {
      await writeFile(file, `x\n${'€😀'.repeat(300)}\ny\nend`);
      const { lines, offset } = await all(maxBytes, true);
      assert.equal(offset, 2 + 2100 + 1 + 2 + 3);
      assert.equal(lines.join(''), `x${'€😀'.repeat(300)}yend`);
      assert.equal(lines[0], 'x');
    });
  }

  test('an endless line without a newline goes out in pieces while it grows', async () => {
    await writeFile(file, 'z'.repeat(pieceBytes * 2 + 10));
    const { lines, offset } = await all(700 * 1024, false);
    assert.deepEqual([lines.map((line) => line.length), offset], [[pieceBytes, pieceBytes], pieceBytes * 2]);
  });

  test('bytes that are no text: each piece still fits', async () => {
    await writeFile(file, Buffer.alloc(600_000, 0xff));
    const { lines, offset } = await all(700 * 1024, true);
    assert.equal(offset, 600_000);
    assert.ok(lines.every((line) => Buffer.byteLength(line) <= pieceBytes));
    assert.equal(lines.join('').length, 600_000);
  });
});
