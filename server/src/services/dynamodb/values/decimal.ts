/**
 * Numbers of up to 38 significant digits, exactly. The magnitude is between 1E-130 and 9.99…E+125.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html#HowItWorks.DataTypes.Number
 */

/** d₁.d₂d₃… × 10^exponent; zero has no digits. */
export interface Decimal {
  readonly negative: boolean;
  /** Without zeros at either end. */
  readonly digits: string;
  readonly exponent: number;
}

const maxDigits = 38;
const maxExponent = 125;
const minExponent = -130;
const form = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

export const zero: Decimal = { negative: false, digits: '', exponent: 0 };

/** Undefined for what is no number. The magnitude is not checked. */
export function parseDecimal(text: string): Decimal | undefined {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = form.exec(text) ?? [];
  if (whole === '' && fraction === '') return undefined;
  return decimalOf(sign === '-', whole + fraction, Number(exponent) + whole.length - 1);
}

/** `exponent`: of the first digit, which may be a zero. */
function decimalOf(negative: boolean, all: string, exponent: number): Decimal {
  let from = 0;
  while (from < all.length && all.charCodeAt(from) === 48) from++;
  let to = all.length;
  while (to > from && all.charCodeAt(to - 1) === 48) to--;
  if (from === to) return zero;
  return { negative, digits: all.slice(from, to), exponent: exponent - from };
}

/** AWS's text for a number that cannot be kept; undefined for one that can. */
export function outOfRange({ digits, exponent }: Decimal): string | undefined {
  if (exponent > maxExponent)
    return 'Number overflow. Attempting to store a number with magnitude larger than supported range';
  if (exponent < minExponent)
    return 'Number underflow. Attempting to store a number with magnitude smaller than supported range';
  if (digits.length > maxDigits) return 'Attempting to store more than 38 significant digits in a Number';
  return undefined;
}

/** All its digits, without an exponent: how DynamoDB returns numbers. */
export function formatDecimal({ negative, digits, exponent }: Decimal): string {
  if (digits === '') return '0';
  const sign = negative ? '-' : '';
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  if (digits.length <= exponent + 1) return sign + digits + '0'.repeat(exponent + 1 - digits.length);
  return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}

/** Both must be in range: then it needs no more than some 300 digits. */
export function addDecimals(one: Decimal, other: Decimal): Decimal {
  if (one.digits === '') return other;
  if (other.digits === '') return one;
  /** The exponent of the last digit. */
  const unit = Math.min(one.exponent - one.digits.length, other.exponent - other.digits.length) + 1;
  const whole = ({ negative, digits, exponent }: Decimal) => {
    const value = BigInt(digits + '0'.repeat(exponent - digits.length + 1 - unit));
    return negative ? -value : value;
  };
  const sum = whole(one) + whole(other);
  const text = String(sum < 0n ? -sum : sum);
  return decimalOf(sum < 0n, text, unit + text.length - 1);
}

export const negate = (decimal: Decimal): Decimal =>
  decimal.digits === '' ? decimal : { ...decimal, negative: !decimal.negative };

/** Below, at or above zero, as for `sort`. */
export function compareDecimals(one: Decimal, other: Decimal): number {
  const sign = signOf(one);
  if (sign !== signOf(other)) return sign - signOf(other);
  if (sign === 0) return 0;
  if (one.exponent !== other.exponent) return sign * (one.exponent - other.exponent);
  if (one.digits === other.digits) return 0;
  return one.digits < other.digits ? -sign : sign;
}

const signOf = ({ negative, digits }: Decimal): number => (digits === '' ? 0 : negative ? -1 : 1);
