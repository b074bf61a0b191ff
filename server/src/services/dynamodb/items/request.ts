/** What requests about items share: expressions beside the parameters that they replaced. */
import { invalid, invalidParameter } from '../invalid.ts';

export type Given = Readonly<Record<string, unknown>>;

/** `expressions` and `others` in the order in which AWS names them. */
export function checkExpressionUse(input: object, expressions: readonly string[], others: readonly string[]): void {
  const given = input as Given;
  const has = (name: string) => given[name] !== undefined && given[name] !== null;
  const used = expressions.filter(has);
  const old = others.filter((name) => has(name) && !(name === 'KeyConditions' && !has('KeyConditionExpression')));
  if (used.length > 0 && old.length > 0)
    throw invalid(
      `Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {${old.join(', ')}} Expression parameters: {${used.join(', ')}}`,
    );
  if (has('ExpressionAttributeNames') && used.length === 0)
    throw invalid('ExpressionAttributeNames can only be specified when using expressions');
  const withValues = expressions.filter((name) => name !== 'ProjectionExpression');
  if (withValues.length > 0 && has('ExpressionAttributeValues') && !withValues.some(has))
    throw invalid(
      `ExpressionAttributeValues can only be specified when using expressions: ${withValues.join(' and ')} ${withValues.length > 1 ? 'are' : 'is'} null`,
    );
}

/** AttributesToGet. */
export function checkDistinctNames(names: readonly string[] | undefined): void {
  const seen = new Set<string>();
  for (const name of names ?? []) {
    if (seen.has(name)) throw invalidParameter(`Duplicate value in attribute name: ${name}`);
    seen.add(name);
  }
}
