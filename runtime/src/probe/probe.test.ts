import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { exampleModel, exampleTree, leafTree } from '../xgboost/example-model.ts';
import { probe } from './probe.ts';

async function probed(
  files: Readonly<Record<string, string | Buffer>>,
): Promise<{ status: number; document?: unknown; failure?: string }> {
  const mlDir = mkdtempSync(join(tmpdir(), 'probe-'));
  try {
    mkdirSync(join(mlDir, 'model'));
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(join(mlDir, 'model', name, '..'), { recursive: true });
      writeFileSync(join(mlDir, 'model', name), content);
    }
    const status = await probe({ mlDir });
    const read = (name: string) => {
      const file = join(mlDir, 'output', name);
      return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
    };
    const document = read('probe.json');
    return { status, document: document && JSON.parse(document), failure: read('failure') };
  } finally {
    rmSync(mlDir, { recursive: true });
  }
}

const model = (tree: object) => exampleModel({ trees: [{ ...exampleTree, ...tree }] });

describe('probe', () => {
  test('reports the model’s input and its predictions', async () => {
    assert.deepEqual(await probed({ 'xgboost-model': exampleModel() }), {
      status: 0,
      document: { ok: true, format: 'xgboost', features: 2, prediction: '-0.5' },
      failure: undefined,
    });
  });

  test('finds a model of any name when it is the only file', async () => {
    assert.equal((await probed({ 'my.json': exampleModel(), '.hidden': 'x' })).status, 0);
    assert.equal((await probed({ 'xgboost-model': exampleModel(), 'notes.txt': 'x' })).status, 0);
  });
});

describe('probe refuses', () => {
  for (const [name, files, reason] of [
    ['an empty archive', {}, /holds no file; expected xgboost-model at its top level$/],
    ['a folder within the archive', { 'model/xgboost-model': 'x' }, /holds no file; .* \(it holds the folder model\)$/],
    ['several files', { 'b.json': '{}', 'a.bin': '' }, /holds 2 files \(a.bin, b.json\) and none is called xgboost-model/],
    ['an empty file', { 'xgboost-model': '' }, /xgboost-model cannot be loaded: the model file is empty/],
    ['JSON that is no model', { 'xgboost-model': '{"a":1}' }, /not a model of XGBoost: learner is missing/],
    ['the old binary format', { 'xgboost-model': 'binf\0\0\0?' }, /it is neither XGBoost's JSON nor its UBJSON/],
    ['an objective of somebody\'s own, without the library', { 'xgboost-model': exampleModel({ objective: 'mine' }) }, /the objective 'mine': that takes XGBoost's C library/],
    ['a pickle', { 'xgboost-model': Buffer.from('\x80\x03cxgboost', 'latin1') }, /the pickle cannot be read: /],
    ['an old pickle', { 'xgboost-model': 'ccopy_reg\n_reconstructor' }, /pickle/],
    ['a child that is not there', { 'xgboost-model': model({ left: [1, -1, 7, -1, -1], right: [2, -1, 8, -1, -1] }) }, /tree 0 is broken: node 2 has the child 7/],
    ['a tree that bites its tail', { 'xgboost-model': model({ left: [1, -1, 1, -1, -1], right: [2, -1, 2, -1, -1] }) }, /tree 0 is broken: node \d has the child 1/],
    ['a feature that is not there', { 'xgboost-model': model({ feature: [0, 0, 2, 0, 0] }) }, /splits on feature 2 of 2/],
    ['columns of different length', { 'xgboost-model': model({ condition: [1] }) }, /its columns differ in length/],
    ['a prediction that is not finite', { 'xgboost-model': exampleModel({ trees: [leafTree(3e38), leafTree(3e38)] }) }, /predicts inf for a row of zeros/],
    ['a group that is not there', { 'xgboost-model': exampleModel({ treeInfo: [1] }) }, /tree 0 is of the group 1/],
    ['a base_score that is none', { 'xgboost-model': exampleModel({ baseScore: '[1E0,2E0]' }) }, /base_score has 2 values for 1 outputs/],
    ['a model never trained', { 'xgboost-model': exampleModel({ features: 0 }) }, /was never trained/],
  ] as const) {
    test(name, async () => {
      const { status, document, failure } = await probed(files);
      assert.deepEqual([status, document], [1, undefined]);
      assert.match(failure ?? '', /^The model artifact did not pass its check: /);
      assert.match(failure ?? '', reason);
    });
  } // biome-ignore format: a table

  test('a model file cut anywhere', async () => {
    const whole = exampleModel();
    for (let length = 1; length < whole.length; length += 97) {
      assert.equal((await probed({ 'xgboost-model': whole.slice(0, length) })).status, 1);
    }
  });
});
