/**
 * What each condition operator compares, for one value of the policy and one of the request.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
import { BlockList, isIP } from 'node:net';
import type { Context } from './context.ts';
import { compilePattern, matches, matchesArn } from './pattern.ts';
import type { Tri } from './tri.ts';

/** Whether the request's value meets the policy's. */
export type Test = (value: string, context: Context) => Tri;

interface Options {
  readonly variables: boolean;
}

type Compile = (wanted: string, options: Options) => Test;

export interface Operator {
  readonly compile: Compile;
  /** True when none of the policy's values is met. */
  readonly negated: boolean;
}

const unknown: Test = () => 'unknown';

const text =
  ({ wildcards, ignoreCase }: { readonly wildcards: boolean; readonly ignoreCase: boolean }): Compile =>
  (wanted, { variables }) => {
    const pattern = compilePattern(wanted, { wildcards, variables, ignoreCase });
    return (value, context) => matches(pattern, value, context);
  };

const arn: Compile = (wanted, { variables }) => {
  const pattern = compilePattern(wanted, { wildcards: true, variables });
  return (value, context) => matchesArn(pattern, value, context);
};

const compare =
  (read: (text: string) => number, holds: (value: number, wanted: number) => boolean): Compile =>
  (wanted) => {
    const right = read(wanted);
    if (Number.isNaN(right)) return unknown;
    return (value) => {
      const left = read(value);
      return Number.isNaN(left) ? 'unknown' : holds(left, right);
    };
  };

const readNumber = (value: string) => (value.trim() === '' ? Number.NaN : Number(value));

/** A date of W3C's profile of ISO 8601 (a year alone is one), or seconds since 1970. */
function readDate(value: string): number {
  if (/^\d+(\.\d+)?$/.test(value) && !/^\d{4}$/.test(value)) return Number(value) * 1000;
  return Date.parse(value);
}

const readTruth = (value: string) => (/^(true|false)$/i.test(value) ? value.toLowerCase() : undefined);

const bool: Compile = (wanted) => {
  const right = readTruth(wanted);
  return (value) => {
    const left = readTruth(value);
    return left === undefined || right === undefined ? 'unknown' : left === right;
  };
};

function readBinary(value: string): Buffer | undefined {
  const bytes = Buffer.from(value, 'base64');
  return bytes.toString('base64').replace(/=+$/, '') === value.replace(/=+$/, '') ? bytes : undefined;
}

const binary: Compile = (wanted) => {
  const right = readBinary(wanted);
  return (value) => {
    const left = readBinary(value);
    return left === undefined || right === undefined ? 'unknown' : left.equals(right);
  };
};

function plainAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  return mapped?.[1] ?? address;
}

const ip: Compile = (wanted) => {
  const [network = '', prefix, ...rest] = wanted.split('/');
  const version = isIP(network);
  const bits = version === 4 ? 32 : 128;
  const length = prefix === undefined ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
  if (version === 0 || rest.length > 0 || !(length <= bits)) return unknown;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(network, length, family);
  return (value) => {
    const address = plainAddress(value);
    if (isIP(address) === 0) return 'unknown';
    return isIP(address) === version && list.check(address, family);
  };
};

const is = (compile: Compile): Operator => ({ compile, negated: false });
const isNot = (compile: Compile): Operator => ({ compile, negated: true });

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

const equals = text({ wildcards: false, ignoreCase: false });
const equalsIgnoringCase = text({ wildcards: false, ignoreCase: true });
const like = text({ wildcards: true, ignoreCase: false });

const operators: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['stringequals', is(equals)],
  ['stringnotequals', isNot(equals)],
  ['stringequalsignorecase', is(equalsIgnoringCase)],
  ['stringnotequalsignorecase', isNot(equalsIgnoringCase)],
  ['stringlike', is(like)],
  ['stringnotlike', isNot(like)],
  // ArnEquals and ArnLike behave identically (quoted from AWS).
  ['arnequals', is(arn)],
  ['arnlike', is(arn)],
  ['arnnotequals', isNot(arn)],
  ['arnnotlike', isNot(arn)],
  ['bool', is(bool)],
  ['binaryequals', is(binary)],
  ['ipaddress', is(ip)],
  ['notipaddress', isNot(ip)],
  ...ordered('numeric', readNumber),
  ...ordered('date', readDate),
]);

export const findOperator = (name: string): Operator | undefined => operators.get(name);

/** `ForAllValues:StringLikeIfExists` in its parts. Operators are compared without regard to case, as AWS's examples are written. */
export function readSet(written: string): {
  readonly set: 'all' | 'any' | undefined;
  readonly name: string;
  readonly ifExists: boolean;
} {
  const [, prefix, name = '', suffix] = /^(?:(forallvalues|foranyvalue):)?(.*?)(ifexists)?$/.exec(
    written.toLowerCase(),
  ) ?? ['', undefined, ''];
  const set = prefix === 'forallvalues' ? 'all' : prefix === 'foranyvalue' ? 'any' : undefined;
  return { set, name, ifExists: suffix !== undefined };
}
