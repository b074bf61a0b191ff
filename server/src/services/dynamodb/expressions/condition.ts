/** What a condition is once it is parsed. */
import type { Value } from '../values/value.ts';
import type { Path } from './paths.ts';

export type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>=';

export interface FunctionCall {
  readonly kind: 'function';
  readonly name: string;
  readonly args: readonly Operand[];
}

export type Operand =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'value'; readonly value: Value | undefined }
  | FunctionCall;

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'not'; readonly of: Condition }
  | { readonly kind: 'compare'; readonly comparator: Comparator; readonly args: readonly [Operand, Operand] }
  | { readonly kind: 'between'; readonly args: readonly [Operand, Operand, Operand] }
  | { readonly kind: 'in'; readonly args: readonly Operand[] }
  | FunctionCall;

export interface ParsedCondition {
  readonly condition: Condition;
  /** Attributes that a path begins with. */
  readonly heads: ReadonlySet<string>;
  /** Those of them whose path goes on. */
  readonly nested: ReadonlySet<string>;
}

/** The type of a value, or of what a function gives; undefined for what the item decides. */
export function staticType(operand: Operand | undefined): string | undefined {
  if (operand?.kind === 'function') return operand.name === 'size' ? 'N' : 'BOOL';
  if (operand?.kind !== 'value' || operand.value === undefined) return undefined;
  for (const type in operand.value) return type;
  return undefined;
}
