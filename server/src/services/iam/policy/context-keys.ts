/** The condition keys that a policy uses, in its conditions and as variables. */
import { compilePattern, variablesOf } from './pattern.ts';
import type { Policy, Statement } from './policy-document.ts';

function keysOf({ resources, conditions }: Statement, variables: boolean): string[] {
  const put = (text: string) => (variables ? variablesOf(compilePattern(text, { wildcards: true, variables })) : []);
  return [
    ...(resources?.patterns.flatMap(variablesOf) ?? []),
    ...conditions.flatMap(({ key, values }) => [key, ...values.flatMap(put)]),
  ];
}

/** Each once, whatever the case, as it was first written. */
export function contextKeysOf(policies: readonly Policy[]): string[] {
  const keys = new Map<string, string>();
  for (const { statements, variables } of policies) {
    for (const key of statements.flatMap((statement) => keysOf(statement, variables))) {
      if (!keys.has(key.toLowerCase())) keys.set(key.toLowerCase(), key);
    }
  }
  return [...keys.values()];
}
