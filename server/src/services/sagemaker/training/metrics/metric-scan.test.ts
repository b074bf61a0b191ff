import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { regexFault, scanner } from './metric-scan.ts';

const scan = (Regex: string, ...lines: string[]) => scanner([{ Name: 'm', Regex }])(lines).map(({ value }) => value);

describe('a metric is found', () => {
  test('by the first group, in every line and as often as it is there', () => {
    assert.deepEqual(scan('loss=([0-9.]+)', 'loss=1.5 loss=2', 'none', 'x loss=.25;'), [1.5, 2, 0.25]);
  });

  test('by what AWS documents for its algorithms', () => {
    const regex = String.raw`.*\[[0-9]+\].*#011validation-rmse:([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?).*`;
    assert.deepEqual(scan(regex, '[12]#011train-rmse:3.5#011validation-rmse:-4.25e-2'), [-0.0425]);
    assert.deepEqual(scan('Train_error=(.*?);', 'Train_error=0.138318; Valid_error=0.3'), [0.138318]);
  });

  test('as the whole where there is no group', () => assert.deepEqual(scan('[0-9]+', 'step 7'), [7]));

  test('not where it is no number', () => {
    assert.deepEqual(scan('loss=(.*)', 'loss=high', 'loss=nan', 'loss=', 'loss=inf', 'loss=1e999'), []);
  });

  test('in the syntax of Python, too', () => assert.deepEqual(scan('(?i)LOSS: (?P<value>[0-9]+)', 'loss: 3'), [3]));
});

describe('an expression', () => {
  test('that is invalid is refused with the reason', () => {
    assert.equal(regexFault('loss=('), 'missing closing ): `loss=(`');
    assert.match(regexFault('(?=a)') ?? '', /invalid or unsupported Perl syntax: `\(\?=`/);
    assert.equal(regexFault('a+'), undefined);
  });

  // A backtracking engine would not be done with these when the sun burns out; that the test ends is the test.
  test('that makes others run for ever does not', () => {
    const line = 'a'.repeat(200_000);
    for (const evil of ['(a+)+$b', '(a|aa)+$c', '(.*a){20}x', '^(([a-z])+.)+[A-Z]([a-z])+$'])
      assert.deepEqual(scan(evil, line), []);
  });
});
