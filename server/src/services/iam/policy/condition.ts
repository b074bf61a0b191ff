/**
 * Condition operators. An operator, a key or a value that is not understood is unknown, never true or false.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
import { BlockList, isIP } from 'node:net';
import type { Context } from './context.ts';
import { compilePattern, matches, matchesArn } from './pattern.ts';
import { all, any, not, type Tri } from './tri.ts';

/** One `"key": [values]` under one operator. */
export interface Condition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

/** Whether the request's value meets the policy's. */
type Test = (wanted: string, value: string, context: Context) => Tri;

const text =
  (options: { readonly wildcards: boolean; readonly ignoreCase: boolean }): Test =>
  (wanted, value, context) =>
    matches(compilePattern(wanted, options), value, context, options);

const arn: Test = (wanted, value, context) => matchesArn(compilePattern(wanted, { wildcards: true }), value, context);

const compare =
  (read: (text: string) => number, holds: (value: number, wanted: number) => boolean): Test =>
  (wanted, value) => {
    const left = read(value);
    const right = read(wanted);
    return Number.isNaN(left) || Number.isNaN(right) ? 'unknown' : holds(left, right);
  };

const readNumber = (value: string) => (value.trim() === '' ? Number.NaN : Number(value));
/** ISO 8601, or seconds since 1970. */
const readDate = (value: string) => (/^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value));

const bool: Test = (wanted, value) => {
  const left = value.toLowerCase();
  const right = wanted.toLowerCase();
  return [left, right].every((side) => side === 'true' || side === 'false') ? left === right : 'unknown';
};

function plainAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  return mapped?.[1] ?? address;
}

const ip: Test = (wanted, value) => {
  const address = plainAddress(value);
  const [network = '', prefix] = wanted.split('/');
  const version = isIP(network);
  const bits = version === 4 ? 32 : 128;
  const length = prefix === undefined ? bits : Number(prefix);
  if (version === 0 || isIP(address) === 0) return 'unknown';
  if (!Number.isInteger(length) || length < 0 || length > bits) return 'unknown';
  if (isIP(address) !== version) return false;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(network, length, family);
  return list.check(address, family);
};

const equals = text({ wildcards: false, ignoreCase: false });
const equalsIgnoringCase = text({ wildcards: false, ignoreCase: true });
const like = text({ wildcards: true, ignoreCase: false });

interface Operator {
  readonly test: Test;
  /** True when none of the values meets the test. */
  readonly negated: boolean;
}

const is = (test: Test): Operator => ({ test, negated: false });
const isNot = (test: Test): Operator => ({ test, negated: true });

function ordered(prefix: string, read: (text: string) => number): [string, Operator][] {
  return [
    [`${prefix}equals`, is(compare(read, (a, b) => a === b))],
    [`${prefix}notequals`, isNot(compare(read, (a, b) => a === b))],
    [`${prefix}lessthan`, is(compare(read, (a, b) => a < b))],
    [`${prefix}lessthanequals`, is(compare(read, (a, b) => a <= b))],
    [`${prefix}greaterthan`, is(compare(read, (a, b) => a > b))],
    [`${prefix}greaterthanequals`, is(compare(read, (a, b) => a >= b))],
  ];
}

const operators: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['stringequals', is(equals)],
  ['stringnotequals', isNot(equals)],
  ['stringequalsignorecase', is(equalsIgnoringCase)],
  ['stringnotequalsignorecase', isNot(equalsIgnoringCase)],
  ['stringlike', is(like)],
  ['stringnotlike', isNot(like)],
  // ArnEquals and ArnLike behave identically (AWS's own words).
  ['arnequals', is(arn)],
  ['arnlike', is(arn)],
  ['arnnotequals', isNot(arn)],
  ['arnnotlike', isNot(arn)],
  ['bool', is(bool)],
  ['ipaddress', is(ip)],
  ['notipaddress', isNot(ip)],
  ...ordered('numeric', readNumber),
  ...ordered('date', readDate),
]);

function testNull(condition: Condition, context: Context): Tri {
  const found = context.get(condition.key);
  if (found === 'unknown') return 'unknown';
  return any(condition.values.map((wanted) => bool(wanted, String(found === 'absent'), context)));
}

function testCondition(condition: Condition, context: Context): Tri {
  const written = condition.operator.toLowerCase();
  if (written === 'null') return testNull(condition, context);
  const ifExists = written.endsWith('ifexists');
  const operator = operators.get(ifExists ? written.slice(0, -'ifexists'.length) : written);
  if (!operator) return 'unknown';
  const found = context.get(condition.key);
  if (found === 'unknown') return 'unknown';
  // An absent key fails a positive operator and passes a negated one.
  if (found === 'absent') return ifExists || operator.negated;
  const met = any(condition.values.map((wanted) => operator.test(wanted, found.value, context)));
  return operator.negated ? not(met) : met;
}

export function testConditions(conditions: readonly Condition[], context: Context): Tri {
  return all(conditions.map((condition) => testCondition(condition, context)));
}
