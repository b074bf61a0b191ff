/** The top-level attributes that an expression names, without understanding it: for conditions of policies. */
import { Cursor } from './tokens.ts';

/** Longer ones are refused later. */
const maxBytes = 4096;
const keywords: ReadonlySet<string> = new Set(['AND', 'OR', 'NOT', 'IN', 'BETWEEN', 'SET', 'REMOVE', 'ADD', 'DELETE']);

export const scopeForNames = (given: unknown): ReadonlyMap<string, string> =>
  new Map(Object.entries((given ?? {}) as Record<string, string>));

export function namesOfExpression(text: string, placeholders: ReadonlyMap<string, string>): string[] {
  const names: string[] = [];
  try {
    const cursor = new Cursor(text.slice(0, maxBytes));
    for (let isInside = false; cursor.token.kind !== 'end'; ) {
      const token = cursor.take();
      const isName = token.kind === 'name' || (token.kind === 'identifier' && !keywords.has(token.text.toUpperCase()));
      if (isName && !isInside && !cursor.isSign('(')) names.push(placeholders.get(token.text) ?? token.text);
      isInside = token.kind === 'sign' && token.text === '.';
    }
  } catch {
    // Not an expression: the operation refuses it.
  }
  return names;
}
