/** What is wrong with the parts of a condition, in AWS's words (observed; recorded in dynalite's test-suite). */
import { order } from '../values/compare.ts';
import { typeOf, type Value } from '../values/value.ts';
import { type Operand, staticType } from './condition.ts';
import { type Faults, pathText } from './scope.ts';

const operandCounts: ReadonlyMap<string, number> = new Map([
  ['attribute_exists', 1],
  ['attribute_not_exists', 1],
  ['attribute_type', 2],
  ['begins_with', 2],
  ['contains', 2],
  ['size', 1],
]);
const typeNames: ReadonlySet<string> = new Set(['S', 'N', 'B', 'NULL', 'SS', 'BOOL', 'L', 'BS', 'NS', 'M']);
const maxOperands = 100;

const about = (name: string) => `operator or function: ${name}`;

/** `faults`: of the whole expression; `local`: of the condition that the function is in. */
export function checkFunction(name: string, args: readonly Operand[], faults: Faults, local: Faults): void {
  const count = operandCounts.get(name);
  if (count === undefined) {
    faults.add('unknownFunction', `Invalid function name; function: ${name}`);
    return;
  }
  if (args.length !== count) {
    local.add(
      'operand',
      `Incorrect number of operands for operator or function; ${about(name)}, number of operands: ${args.length}`,
    );
    return;
  }
  checkDistinct(name, args, local);
  const fault = functionFault(name, args);
  if (fault !== undefined) local.add('function', fault);
}

function functionFault(name: string, args: readonly Operand[]): string | undefined {
  const [first, second] = args;
  const wrongType = (type: string) =>
    `Incorrect operand type for operator or function; ${about(name)}, operand type: ${type}`;
  switch (name) {
    case 'attribute_exists':
    case 'attribute_not_exists':
      return first?.kind === 'path' ? undefined : `Operator or function requires a document path; ${about(name)}`;
    case 'begins_with': {
      const bad = args.map(staticType).find((type) => type !== undefined && type !== 'S' && type !== 'B');
      return bad && wrongType(bad);
    }
    case 'attribute_type': {
      const type = staticType(second);
      if (type !== 'S') return wrongType(type ?? '{NS,SS,L,BS,N,M,B,BOOL,NULL,S}');
      const named = (second as { value: Value }).value.S ?? '';
      if (typeNames.has(named)) return undefined;
      return `Invalid attribute type name found; type: ${named}, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}`;
    }
    case 'size': {
      const type = staticType(first);
      return type === 'N' || type === 'BOOL' || type === 'NULL' ? wrongType(type) : undefined;
    }
    default:
      return undefined;
  }
}

/** A function other than `size` gives a truth, which is no operand. */
export function checkOperands(operands: readonly Operand[], faults: Faults): void {
  for (const operand of operands)
    if (operand.kind === 'function' && operand.name !== 'size') misused(operand.name, faults);
}

export const misused = (name: string, faults: Faults): void =>
  faults.add('misused', `The function is not allowed to be used this way in an expression; function: ${name}`);

export function checkDistinct(operator: string, args: readonly Operand[], faults: Faults): void {
  const [one, other] = args;
  if (args.length !== 2 || one?.kind !== 'path' || other?.kind !== 'path') return;
  if (one.path.length !== other.path.length || one.path.some((step, at) => step !== other.path[at])) return;
  faults.add(
    'distinct',
    `The first operand must be distinct from the remaining operands for this operator or function; operator: ${operator}, first operand: ${pathText(one.path)}`,
  );
}

export function checkBetween(lower: Operand, upper: Operand, faults: Faults): void {
  if (lower.kind !== 'value' || upper.kind !== 'value' || !lower.value || !upper.value) return;
  const [one, other] = [typeOf(lower.value), typeOf(upper.value)];
  const bounds = `lower bound operand: AttributeValue: {${one}:${contentText(lower.value)}}, upper bound operand: AttributeValue: {${other}:${contentText(upper.value)}}`;
  if (one !== other)
    faults.add('function', `The BETWEEN operator requires same data type for lower and upper bounds; ${bounds}`);
  else if ((order(lower.value, upper.value) ?? 0) > 0)
    faults.add(
      'function',
      `The BETWEEN operator requires upper bound to be greater than or equal to lower bound; ${bounds}`,
    );
}

const contentText = (value: Value) => String(value[typeOf(value)]);

export function checkIn(args: readonly Operand[], faults: Faults): void {
  if (args.length - 1 > maxOperands)
    faults.add(
      'operand',
      `Incorrect number of operands for operator or function; ${about('IN')}, number of operands: ${args.length}`,
    );
}
