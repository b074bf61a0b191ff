import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { recognize } from './formats.ts';

const found = (files: string[], head: number[] = [0x7b]) => recognize(files, async () => Uint8Array.from(head));
const pickle = [0x80, 4];

describe('recognize does', () => {
  for (const [what, files, head, format, file] of [
    ['XGBoost’s usual name', ['notes.txt', 'xgboost-model'], [0x7b], 'xgboost', 'xgboost-model'],
    ['an XGBoost pickle', ['xgboost-model'], pickle, 'xgboost', 'xgboost-model'],
    ['the only file', ['my.json'], [0x7b], 'xgboost', 'my.json'],
    ['the only file, beside folders', ['my.ubj', 'extra/notes.txt'], [0x7b], 'xgboost', 'my.ubj'],
    ['the only file, a pickle', ['model'], pickle, 'joblib', 'model'],
    ['ONNX of any name', ['net.onnx', 'labels.txt'], [], 'onnx', 'net.onnx'],
    ['the ONNX model of several', ['encoder.onnx', 'model.onnx'], [], 'onnx', 'model.onnx'],
    ['joblib', ['model.joblib'], [], 'joblib', 'model.joblib'],
    ['a pickle beside other things', ['README', 'forest.pkl'], [], 'joblib', 'forest.pkl'],
    ['TorchScript', ['model.pt'], [], 'torch', 'model.pt'],
    ['a SavedModel', ['saved_model.pb', 'variables/variables.index'], [], 'tensorflow', '.'],
    ['a SavedModel in numbered folders', ['export/1/saved_model.pb'], [], 'tensorflow', 'export/1'],
    ['inference code before what it loads', ['model.pth', 'code/inference.py'], [], 'inference code', 'code/inference.py'],
    ['nothing in hidden files', ['.model.onnx', 'model.joblib', '__MACOSX/.x'], [], 'joblib', 'model.joblib'],
  ] as [string, string[], number[], string, string][]) {
    test(what, async () => assert.deepEqual(await found(files, head), { format, file }));
  } // biome-ignore format: a table
});

describe('recognize refuses, and says what is there and what could be', () => {
  test('an empty archive', async () =>
    assert.match(String(await found([])), /^the model archive holds no file; known are: xgboost-model /));
  test('other things', async () => {
    const files = Array.from({ length: 10 }, (_, i) => `part-${i}.bin`);
    const text = String(await found(files));
    assert.match(
      text,
      /found part-0\.bin, .*part-7\.bin and 2 more; known are: .*\*\.onnx, \*\.joblib or \*\.pkl .*saved_model\.pb/,
    );
  });
  test('a single file of another kind', async () =>
    assert.match(
      String(await found(['notes.txt'], [0x6e])),
      /^the model archive holds no model that is known here: found notes\.txt; /,
    ));
  test('two models, of which either could be meant', async () =>
    assert.equal(
      await found(['a.onnx', 'b.onnx']),
      'the model archive holds 2 models (a.onnx, b.onnx): name the one that is meant model.onnx',
    ));
});
