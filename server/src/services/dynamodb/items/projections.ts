/** Which attributes a request wants: ProjectionExpression, or AttributesToGet before there were expressions. */
import { project } from '../expressions/paths.ts';
import { parseProjection } from '../expressions/projection.ts';
import { type Placeholders, type Scope, scopeOf } from '../expressions/scope.ts';
import { type Item, pick } from '../values/value.ts';
import { checkDistinctNames, checkExpressionUse } from './request.ts';

export interface ReadProjection {
  readonly of: (item: Item) => Item;
  readonly isGiven: boolean;
  /** Attributes into which a path leads. */
  readonly nested: ReadonlySet<string>;
  /** Attributes that a path begins with; undefined for all. */
  readonly heads: readonly string[] | undefined;
}

interface Projecting extends Placeholders {
  readonly ProjectionExpression?: string | undefined;
  readonly AttributesToGet?: readonly string[] | undefined;
}

const none: ReadonlySet<string> = new Set();
const all: ReadProjection = { of: (item) => item, isGiven: false, nested: none, heads: undefined };

/** GetItem's, and of each table in BatchGetItem. */
export function readProjection(input: Projecting): ReadProjection {
  if (
    input.ProjectionExpression === undefined &&
    input.AttributesToGet === undefined &&
    input.ExpressionAttributeNames === undefined
  )
    return all;
  checkExpressionUse(input, ['ProjectionExpression'], ['AttributesToGet']);
  checkDistinctNames(input.AttributesToGet);
  const scope = scopeOf(input);
  const projection = projectionOf(input, scope);
  scope.checkUsed();
  return projection;
}

export function projectionOf(
  { ProjectionExpression: expression, AttributesToGet: names }: Projecting,
  scope: Scope,
): ReadProjection {
  if (expression !== undefined) {
    const paths = parseProjection(expression, scope);
    const heads = paths.map(([head]) => String(head));
    const nested = new Set(paths.filter((path) => path.length > 1).map(([head]) => String(head)));
    return { of: (item) => project(item, paths), isGiven: true, nested, heads };
  }
  if (names !== undefined) return { of: (item) => pick(item, names), isGiven: true, nested: none, heads: names };
  return all;
}
