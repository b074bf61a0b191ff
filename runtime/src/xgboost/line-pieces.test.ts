import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ClientError } from '../contract/client-error.ts';
import { csvReader } from './csv.ts';
import { libsvmReader, type SparseTable } from './libsvm.ts';
import { eachPiece } from './line-pieces.ts';

async function inPieces(text: string, bytes: number, take: (piece: Uint8Array) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pieces-'));
  try {
    writeFileSync(join(folder, 'a'), text);
    await eachPiece(join(folder, 'a'), take, bytes);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function piecesOf(text: string, bytes: number): Promise<string[]> {
  const pieces: string[] = [];
  await inPieces(text, bytes, (piece) => pieces.push(Buffer.from(piece).toString()));
  return pieces;
}

describe('eachPiece', () => {
  test('hands over whole lines', async () =>
    assert.deepEqual(await piecesOf('1,2\n3,4\n5,6\n7,8', 9), ['1,2\n3,4\n', '5,6\n7,8']));
  test('reads a line that is longer than a piece', async () =>
    assert.deepEqual(await piecesOf('1,23456789\n3,4\n', 4), ['1,23456789\n3,4\n']));
  test('hands over nothing of an empty file', async () => assert.deepEqual(await piecesOf('', 8), []));
  test('loses no byte, however the pieces fall', async () => {
    const text = '1,2\n\n345,6\r\n7,8\n9,10\n';
    for (let bytes = 1; bytes < text.length + 2; bytes++) {
      const pieces = await piecesOf(text, bytes);
      assert.equal(pieces.join(''), text);
      assert.ok(pieces.slice(0, -1).every((piece) => piece.endsWith('\n')));
    }
  });
});

describe('a file read in pieces', () => {
  const text = '\uFEFF1,2\n\n3,4\r\n5,6\n';
  test('is the same table as in one', async () => {
    for (let bytes = 1; bytes < 30; bytes++) {
      const reader = csvReader('train/a.csv');
      await inPieces(text, bytes, reader.take);
      const tables = reader.tables();
      assert.deepEqual(
        tables.flatMap(({ labels }) => [...labels]),
        [1, 3, 5],
      );
      assert.deepEqual(
        tables.flatMap(({ values }) => [...values]),
        [2, 4, 6],
      );
    }
  });
  test('has its lines counted through all of them', async () => {
    for (let bytes = 1; bytes < 30; bytes++) {
      const reader = csvReader('train/a.csv');
      await assert.rejects(
        inPieces(`${text}7,8,9\n`, bytes, reader.take),
        new ClientError(
          'train/a.csv, line 5 has 3 columns, the lines before have 2: every row needs the label and the same number of features',
        ),
      );
      const table: SparseTable = { labels: [], weights: [], offsets: [0], columns: [], values: [] };
      await assert.rejects(
        inPieces('1 0:1\n\n2 0:2\n3 zero:1\n', bytes, libsvmReader('train/a', table)),
        /^ClientError: train\/a, line 4: "zero:1" is not libsvm/,
      );
      assert.deepEqual(table.labels.slice(0, 2), [1, 2]);
    }
  });
  test('reads its header in its first row only', async () => {
    const reader = csvReader('train/a.csv');
    await assert.rejects(inPieces('1,2\n3,4\na,b\n', 4, reader.take), /line 3, column 1: "a" is not a number\. Encode/);
  });
});
