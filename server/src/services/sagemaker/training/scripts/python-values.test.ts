import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { commandArguments, decoded, dumped, floatText, type PythonObject, shown, variableOf } from './python-values.ts';

/** What `str(json.loads(text))` and `json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"))` answer in Python 3.11. */
const pairs: readonly [text: string, shown: string, dumped: string][] = [
  ['1', '1', '1'],
  ['-0', '0', '0'],
  ['1.0', '1.0', '1.0'],
  ['0.10', '0.1', '0.1'],
  ['1e-05', '1e-05', '1e-05'],
  ['0.0001', '0.0001', '0.0001'],
  ['1e3', '1000.0', '1000.0'],
  ['1e16', '1e+16', '1e+16'],
  ['123456789012345.6', '123456789012345.6', '123456789012345.6'],
  ['1.5e300', '1.5e+300', '1.5e+300'],
  ['-0.0', '-0.0', '-0.0'],
  ['123456789012345678901234567890', '123456789012345678901234567890', '123456789012345678901234567890'],
  ['true', 'True', 'true'],
  ['null', 'None', 'null'],
  ['"text"', 'text', '"text"'],
  ['["a", "it\'s", 1, null, 2.50]', "['a', \"it's\", 1, None, 2.5]", '["a","it\'s",1,null,2.5]'],
  ['{"b": [1], "a": {"c": false}}', "{'b': [1], 'a': {'c': False}}", '{"a":{"c":false},"b":[1]}'],
  ['"ünï 🎓"', 'ünï 🎓', '"\\u00fcn\\u00ef \\ud83c\\udf93"'],
  ['NaN', 'nan', 'NaN'],
  ['-Infinity', '-inf', '-Infinity'],
  ['["line\\nbreak\\u0001\\\\"]', "['line\\nbreak\\x01\\\\']", '["line\\nbreak\\u0001\\\\"]'],
];

describe('values', () => {
  for (const [text, str, json] of pairs) {
    test(`show ${text} as Python does`, () => {
      assert.equal(shown(decoded(text)), str);
      assert.equal(dumped(decoded(text)), json);
    });
  }

  test('stay texts where they are not JSON', () => {
    for (const text of ['007', 's3://bucket/key', 'constructor', 'True', '', "{'a': 1}", '1.', '.5', '+1'])
      assert.equal(decoded(text), text);
  });

  test('floats change to an exponent where Python’s do', () => {
    const texts = [1e15, 1e16, 9999999999999998, 0.00012, 0.000012, 5e-324, 1.7976931348623157e308].map(floatText);
    assert.deepEqual(texts, [
      '1000000000000000.0',
      '1e+16',
      '9999999999999998.0',
      '0.00012',
      '1.2e-05',
      '5e-324',
      '1.7976931348623157e+308',
    ]);
  });
});

describe('commandArguments', () => {
  const read = (values: Record<string, string>): PythonObject =>
    Object.fromEntries(Object.entries(values).map(([name, text]) => [name, decoded(text)]));

  test('gives names in order, one dash for a letter, mappings as k=v,…', () => {
    const args = commandArguments(
      read({
        'learning-rate': '0.10',
        epochs: '5',
        x: '1',
        on: 'true',
        none: 'null',
        map: '{"b": 2, "a": "x"}',
        list: '[1, "2"]',
        'two words': '"a b"',
      }),
    );
    assert.deepEqual(args, [
      '--epochs',
      '5',
      '--learning-rate',
      '0.1',
      '--list',
      "[1, '2']",
      '--map',
      'a=x,b=2',
      '--none',
      '',
      '--on',
      'True',
      '--two words',
      'a b',
      '-x',
      '1',
    ]);
  });

  test('sorts as Python does: capitals first, beyond the plane last', () => {
    assert.deepEqual(
      commandArguments(read({ 'a🎓': '1', Zz: '2', 'a\uffee': '3' })).filter((_, i) => i % 2 === 0),
      ['--Zz', '--a\uffee', '--a🎓'],
    );
  });
});

describe('variableOf', () => {
  test('leaves texts alone, writes the rest as JSON, null as nothing', () => {
    assert.deepEqual(
      ['"ü"', '1.0', 'true', '[1, 2]', 'null'].map((text) => variableOf(decoded(text))),
      ['ü', '1.0', 'true', '[1,2]', ''],
    );
  });
});
