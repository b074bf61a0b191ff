import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  addDecimals,
  compareDecimals,
  type Decimal,
  formatDecimal,
  negate,
  outOfRange,
  parseDecimal,
} from './decimal.ts';

const decimal = (text: string): Decimal => {
  const parsed = parseDecimal(text);
  assert.ok(parsed, `${text} is a number`);
  return parsed;
};
const normal = (text: string) => formatDecimal(decimal(text));

describe('a decimal does', () => {
  it('come back with all its digits and no others', () => {
    const cases = [
      ['0', '0'],
      ['-0.00', '0'],
      ['1.50', '1.5'],
      ['+007', '7'],
      ['.5', '0.5'],
      ['5.', '5'],
      ['1e3', '1000'],
      ['-12.34E-3', '-0.01234'],
      ['12345678901234567890123456789012345678', '12345678901234567890123456789012345678'],
    ] as const;
    for (const [given, expected] of cases) assert.equal(normal(given), expected, given);
  });

  it('add exactly at 38 digits', () => {
    const sum = (one: string, other: string) => formatDecimal(addDecimals(decimal(one), decimal(other)));
    assert.equal(sum('0.1', '0.2'), '0.3');
    assert.equal(sum('99999999999999999999999999999999999998', '1'), '99999999999999999999999999999999999999');
    assert.equal(sum('1e125', '-1e125'), '0');
    assert.equal(formatDecimal(addDecimals(decimal('5'), negate(decimal('7.5')))), '-2.5');
  });

  it('compare by value', () => {
    const texts = ['-1e125', '-10', '-9.99', '-1e-130', '0', '1e-130', '0.5', '9', '10', '10.1', '1e125'];
    for (const [at, one] of texts.entries())
      for (const [place, other] of texts.entries())
        assert.equal(
          Math.sign(compareDecimals(decimal(one), decimal(other))),
          Math.sign(at - place),
          `${one} ${other}`,
        );
  });
});

describe('a decimal refuses', () => {
  it('what is no number', () => {
    for (const text of ['', '.', 'a', '1e', '--1', '1 ', '0x1', 'NaN', 'Infinity', '1,5'])
      assert.equal(parseDecimal(text), undefined, text);
  });

  it('what is too large, too small or has too many digits', () => {
    assert.match(outOfRange(decimal('1e126')) ?? '', /overflow/);
    assert.match(outOfRange(decimal('1e-131')) ?? '', /underflow/);
    assert.match(outOfRange(decimal(`1${'0'.repeat(37)}1`)) ?? '', /38 significant digits/);
    assert.equal(outOfRange(decimal('9e125')), undefined);
    assert.equal(outOfRange(decimal(`${'1'.repeat(38)}000`)), undefined);
  });
});
