/** A search expression as a test of records: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_SearchExpression.html. Pure. */
import type { Call } from '../../../../contract/call.ts';
import type { Structure } from '../../../../models/shape.ts';
import { compileFilter, type Filter, operatorOf, type Test } from './filter.ts';
import { findProperty, type Property } from './property.ts';

export interface NestedFilters {
  readonly NestedPropertyName: string;
  readonly Filters: readonly Filter[];
}

export interface Expression {
  readonly Filters?: readonly Filter[] | undefined;
  readonly NestedFilters?: readonly NestedFilters[] | undefined;
  readonly SubExpressions?: readonly Expression[] | undefined;
  readonly Operator?: string | undefined;
}

/** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Search.html, SearchExpression. */
const maxElements = 50;

/** `resource` is named in messages; `root` is its structure. Throws ValidationException for an expression that is not valid. */
export function compileExpression(expression: Expression, resource: string, root: Structure, call: Call): Test {
  const refuse = (what: string) => call.error('ValidationException', what);
  if (countElements(expression, maxElements) > maxElements) {
    throw refuse(`SearchExpression can have at most ${maxElements} Filters, NestedFilters and SubExpressions in all.`);
  }
  if (filtersIn(expression).filter((filter) => operatorOf(filter) === 'Contains').length > 1) {
    throw refuse("'CONTAINS' operator usage limit of 1 exceeded.");
  }
  const compiler: Compiler = {
    find(structure, name, whole = name) {
      const property = findProperty(structure, name);
      if (!property) throw refuse(`${whole} is not a property of ${resource}.`);
      return property;
    },
    refuse,
    call,
  };
  return compile(expression, root, compiler);
}

interface Compiler {
  find(structure: Structure, name: string, whole?: string): Property;
  refuse(what: string): Error;
  readonly call: Call;
}

function compile(expression: Expression, root: Structure, compiler: Compiler): Test {
  const { find, call } = compiler;
  const tests = [
    ...(expression.Filters ?? []).map((filter) => compileFilter(filter, find(root, filter.Name), call)),
    ...(expression.NestedFilters ?? []).map((nested) => compileNested(nested, root, compiler)),
    ...(expression.SubExpressions ?? []).map((inner) => compile(inner, root, compiler)),
  ];
  if (tests.length === 0) {
    throw compiler.refuse('A SearchExpression must have at least one of Filters, NestedFilters and SubExpressions.');
  }
  return expression.Operator === 'Or'
    ? (record) => tests.some((test) => test(record))
    : (record) => tests.every((test) => test(record));
}

/** Satisfied if a single element of the list satisfies every filter. */
function compileNested(
  { NestedPropertyName: name, Filters: filters }: NestedFilters,
  root: Structure,
  compiler: Compiler,
) {
  const list = compiler.find(root, name);
  const { structure } = list;
  if (!list.many || !structure) throw compiler.refuse(`${name} is not a list of structures: NestedFilters need one.`);
  const tests = filters.map((filter) => {
    if (!filter.Name.startsWith(`${name}.`)) {
      throw compiler.refuse(`${filter.Name} is not a property of ${name}, which its NestedFilters name.`);
    }
    return compileFilter(
      filter,
      compiler.find(structure, filter.Name.slice(name.length + 1), filter.Name),
      compiler.call,
    );
  });
  return (record: object) => list.values(record).some((element) => tests.every((test) => test(element as object)));
}

/** Stops counting at the limit, so that no expression is visited deeper than allowed. */
function countElements(expression: Expression, limit: number): number {
  const nested = expression.NestedFilters ?? [];
  let count = (expression.Filters?.length ?? 0) + nested.length;
  for (const { Filters: filters } of nested) count += filters.length;
  for (const inner of expression.SubExpressions ?? []) {
    count += 1;
    if (count > limit) return count;
    count += countElements(inner, limit - count);
  }
  return count;
}

export function filtersIn(expression: Expression): Filter[] {
  return [
    ...(expression.Filters ?? []),
    ...(expression.NestedFilters ?? []).flatMap(({ Filters: filters }) => filters),
    ...(expression.SubExpressions ?? []).flatMap(filtersIn),
  ];
}
