/**
 * Conditions, made ready when a policy is read. An operator, a key or a value that is not understood is unknown, never true or false.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
 */
import type { Context } from './context.ts';
import { findOperator, type Operator, readSet, type Test } from './operators.ts';
import { all, any, not, type Tri } from './tri.ts';

/** One `"key": [values]` under one operator. */
export interface Condition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
  test(context: Context): Tri;
}

function testNull(key: string, values: readonly string[]): (context: Context) => Tri {
  const wanted: readonly string[] = values.map((value) => value.toLowerCase());
  if (wanted.some((value) => value !== 'true' && value !== 'false')) return () => 'unknown';
  return (context) => {
    const found = context.get(key);
    return found === 'unknown' ? 'unknown' : wanted.includes(String(found === 'absent'));
  };
}

type SetName = 'all' | 'any' | undefined;

/** An absent key fails a positive operator and passes a negated one. */
const whenAbsent = (set: SetName, ifExists: boolean, operator: Operator): boolean =>
  ifExists || set === 'all' || (set === undefined && operator.negated);

function testValues(
  values: readonly string[],
  set: SetName,
  operator: Operator,
  tests: readonly Test[],
  context: Context,
): Tri {
  const one = (value: string): Tri => {
    const met = any(tests.map((test) => test(value, context)));
    return operator.negated ? not(met) : met;
  };
  if (set === undefined) {
    // AWS asks for a set operator where a request has several values, and does not say what happens without.
    return values.length === 1 ? one(values[0] ?? '') : 'unknown';
  }
  // "…or resolves to a null dataset, such as an empty string": as if the key were absent.
  const present = values.filter((value) => value !== '');
  return set === 'all' ? all(present.map(one)) : any(present.map(one));
}

/** `variables: false` for policies of before 2012-10-17, which have none. */
export function compileCondition(
  written: string,
  key: string,
  values: readonly string[],
  options: { readonly variables: boolean },
): Condition {
  const base = { operator: written, key, values };
  const { set, name, ifExists } = readSet(written);
  if (name === 'null') return { ...base, test: set || ifExists ? () => 'unknown' : testNull(key, values) };
  const operator = findOperator(name);
  if (!operator) return { ...base, test: () => 'unknown' };
  const tests = values.map((wanted) => operator.compile(wanted, options));
  return {
    ...base,
    test(context) {
      const found = context.get(key);
      if (found === 'unknown') return 'unknown';
      if (found === 'absent') return whenAbsent(set, ifExists, operator);
      return testValues(found.values, set, operator, tests, context);
    },
  };
}

export function testConditions(conditions: readonly Condition[], context: Context): Tri {
  return conditions.length === 0 || all(conditions.map((condition) => condition.test(context)));
}
