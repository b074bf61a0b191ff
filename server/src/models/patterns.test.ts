import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { catalog, type ServiceName } from './catalog.ts';
import { constraintsOf } from './constraints.ts';
import { compilePattern } from './patterns.ts';

const cases: [pattern: string, yes: string[], no: string[]][] = [
  ['[a-z]+', ['abc'], ['', 'abc1', 'abc\n', '1abc']],
  ['^[a-z]+$', ['abc'], ['abc1']],
  ['a|b', ['a', 'b'], ['ab', '']],
  ['[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}', ['a', 'a-b', 'a--b'], ['-a', 'a-', 'a_b', 'a'.repeat(64)]],
  ['[\\w+=,.@-]+', ['a+=,.@-'], ['a b', 'é']],
  ['([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)', ['é 1_:/=+-@', ''], ['a!', '😀']],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a quantified anchor, as SageMaker's model has it
  ['([\\p{L}\\p{Z}\\p{N}_.:\\/=+\\-@]*)${1,128}', ['abc', 'a/b'], ['a!']],
  ['\\p{L}+', ['äb'], ['1', '']],
  ['[\\p{Alnum}\\-]+:x', ['a-1:x'], ['a_1:x']],
  ['\\p{ASCII}*', ['a\n~', ''], ['é']],
  ['\\A\\S[\\p{Print}]*\\z', ['a b'], [' a', 'aé']],
  ['[\\.\\-_/#A-Za-z0-9]+', ['a.b-c_d/e#1'], ['a b', '*']],
  ['a++b', ['aab'], ['b']],
  ['[a++]{2}', ['a+'], ['ab']],
  ['[a[b]{1}', ['a', '[', 'b'], ['c']],
  ['(?!\\s*$).+', ['a', ' a'], ['  ', '']],
  ['.*', ['abc', ''], ['a\nb']],
  ['\\d{12}', ['123456789012'], ['12345678901']],
  ['[a-z0-9]([-a-z0-9]*[a-z0-9]){0,39}?', ['a', 'a-b', 'a--b', 'ab'], ['', '-a', 'a-', 'A']],
  [
    'https://([.\\-_a-zA-Z0-9]+/?){3,1016}',
    ['https://abc', 'https://a/b/c', 'https://a/bc/', 'https://ab/c'],
    ['https://ab', 'https://a/b', 'https:///abc', 'https://a//bc', 'http://abc', 'https://a/b/'],
  ],
  ['x\\_y\\:z\\"', ['x_y:z"'], ['xyz']],
];

describe('patterns does', () => {
  for (const [pattern, yes, no] of cases) {
    it(`${pattern}`, () => {
      const expression = compilePattern(pattern);
      assert.ok(expression);
      for (const text of yes) assert.ok(expression.test(text), JSON.stringify(text));
      for (const text of no) assert.ok(!expression.test(text), JSON.stringify(text));
    });
  }

  it('compiles every pattern of every service', () => {
    for (const service of Object.keys(catalog) as ServiceName[]) {
      for (const [name, { pattern }] of Object.entries(constraintsOf(service).shapes)) {
        if (pattern !== undefined) assert.ok(compilePattern(pattern), `${service} ${name} ${pattern}`);
      }
    }
  });
});

describe('patterns refuses', () => {
  it('what JavaScript cannot compile', () => assert.equal(compilePattern('(a'), undefined));
});
