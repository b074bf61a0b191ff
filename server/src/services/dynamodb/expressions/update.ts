/** What an UpdateExpression is once it is parsed. */
import type { Value } from '../values/value.ts';
import type { Path } from './paths.ts';

export type SetValue =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'value'; readonly value: Value | undefined }
  | { readonly kind: 'function'; readonly name: string; readonly args: readonly SetValue[] };

export type Action =
  | { readonly kind: 'SET'; readonly path: Path; readonly value: SetValue }
  | { readonly kind: 'REMOVE'; readonly path: Path }
  | { readonly kind: 'ADD' | 'DELETE'; readonly path: Path; readonly value: Value };

export interface ParsedUpdate {
  readonly actions: readonly Action[];
  readonly paths: readonly Path[];
  /** Attributes that a path begins with and goes on. */
  readonly nested: ReadonlySet<string>;
}

/** The type of what an action sets, where the expression alone says it. */
export function setType(value: SetValue): string | undefined {
  if (value.kind === 'value') {
    for (const type in value.value) return type;
    return undefined;
  }
  if (value.kind === 'path') return undefined;
  if (value.name === 'list_append') return 'L';
  if (value.name === 'if_not_exists') return value.args[1] && setType(value.args[1]);
  return 'N';
}
