import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readFilterPattern } from './filter-pattern.ts';

function matches(pattern: string, message: string): boolean {
  const read = readFilterPattern(pattern);
  assert.ok('matches' in read, JSON.stringify(read));
  return read.matches(message);
}

describe('readFilterPattern does', () => {
  const cases: readonly [string, string, boolean][] = [
    ['', 'anything', true],
    ['  ', 'anything', true],
    ['ERROR', '[ERROR 400] BAD REQUEST', true],
    ['ERROR', '[error 400] BAD REQUEST', false],
    ['AUTHORIZED', '[ERROR 401] UNAUTHORIZED REQUEST', false],
    ['AUTHORIZED', '[SUCCESS 200] AUTHORIZED REQUEST', true],
    ['ERROR REQUEST', 'REQUEST was an ERROR', true],
    ['ERROR REQUEST', 'ERROR', false],
    ['"BAD REQUEST"', '[ERROR 400] BAD REQUEST', true],
    ['"BAD REQUEST"', 'REQUEST BAD', false],
    ['"[ERROR"', 'at [ERROR 400]', true],
    ['"say \\"hi\\""', 'they say "hi" twice', true],
    ['"#011train-rmse" 12', '[12]#011train-rmse:0.5', true],
  ];
  for (const [pattern, message, expected] of cases) {
    it(`${pattern || 'nothing'} ${expected ? 'finds' : 'passes over'} ${message}`, () => {
      assert.equal(matches(pattern, message), expected);
    });
  }
});

describe('readFilterPattern refuses', () => {
  for (const pattern of ['{ $.a = 1 }', '[a, b]', '?ERROR', '-ERROR', '%re%', 'a.b', '"open', 'ERROR"x"']) {
    it(pattern, () => assert.ok('fault' in readFilterPattern(pattern)));
  }

  it('with what it could not read', () => {
    assert.deepEqual(readFilterPattern('ERROR ?x'), {
      fault: `Invalid filter pattern: only terms and "quoted phrases" are supported, not '?x'`,
    });
  });
});
