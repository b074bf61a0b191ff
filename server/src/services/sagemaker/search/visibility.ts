/**
 * VisibilityConditions of a search: a resource with one of the named tags is found only if the tag has one of the given values; a resource without the tag is found.
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_VisibilityConditions.html. Policies see them as sagemaker:SearchVisibilityCondition/<Key>:
 * https://docs.aws.amazon.com/sagemaker/latest/dg/security_iam_id-based-policy-examples.html. Pure.
 */
import type { Call } from '../../../contract/call.ts';
import type { Expression } from '../shared/search/expression.ts';

type Conditions = readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined;

const format = /^Tags\.(.+)$/s;

function valuesByKey(conditions: Conditions): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const { Key: key = '', Value: value = '' } of conditions ?? [])
    values.set(key, [...(values.get(key) ?? []), value]);
  return values;
}

/** Undefined if everything is visible. Throws ValidationException for a key that names no tag. */
export function visibleExpression(conditions: Conditions, call: Call): Expression | undefined {
  const asked = [...valuesByKey(conditions)];
  const wrong = asked.find(([key]) => !format.test(key));
  if (wrong) {
    throw call.error('ValidationException', `VisibilityConditions Key '${wrong[0]}' is not of the format Tags.<key>.`);
  }
  if (asked.length === 0) return undefined;
  return {
    SubExpressions: asked.map(([Name, values]) => ({
      Operator: 'Or',
      Filters: [{ Name, Operator: 'NotExists' }, ...values.map((Value) => ({ Name, Operator: 'Equals', Value }))],
    })),
  };
}

/** One for each value. The caller must be allowed each of them: a tag that is named twice must not hide a value from the policies. */
export function visibilityContexts(conditions: Conditions): Record<string, string>[] {
  const asked = [...valuesByKey(conditions)];
  const most = Math.max(1, ...asked.map(([, values]) => values.length));
  return Array.from({ length: most }, (_, i) =>
    Object.fromEntries(
      asked.flatMap(([key, values]) => {
        const name = `sagemaker:SearchVisibilityCondition/${key}`;
        const value = values[i] ?? values[0] ?? '';
        return [[name, value] as const, [`${name}/EqualsIfExists`, value] as const];
      }),
    ),
  );
}
