/**
 * The actions of a statement, found by their service: AWS's long policies name hundreds of actions, few of them of the service that a
 * request is for. What it decides is what trying each pattern would decide.
 */
import type { Context } from './context.ts';
import { matches, type Pattern } from './pattern.ts';
import { any, not, type Tri } from './tri.ts';

export interface ActionMatcher {
  readonly patterns: readonly Pattern[];
  /** NotAction. */
  readonly negated: boolean;
  /** Those that may match an action of a service, by its prefix. */
  readonly byService: ReadonlyMap<string, readonly Pattern[]>;
  /** Those that may match an action of any service. */
  readonly ofAny: readonly Pattern[];
}

/** Undefined where the service itself is a pattern. */
function serviceOf(action: string): string | undefined {
  const service = action.split(':', 1)[0] ?? '';
  return action.includes(':') && !/[*?]/.test(service) ? service.toLowerCase() : undefined;
}

export function indexActions({ patterns, negated }: Pick<ActionMatcher, 'patterns' | 'negated'>): ActionMatcher {
  const groups = Map.groupBy(patterns, ({ text }) => serviceOf(text));
  const ofAny = groups.get(undefined) ?? [];
  const named = [...groups].flatMap(([service, own]) =>
    service === undefined ? [] : [[service, [...own, ...ofAny]] as const],
  );
  return { patterns, negated, byService: new Map(named), ofAny };
}

export function matchesAction(matcher: ActionMatcher, action: string, context: Context): Tri {
  const candidates = matcher.byService.get(serviceOf(action) ?? '') ?? matcher.ofAny;
  const met = any(candidates.map((pattern) => matches(pattern, action, context)));
  return matcher.negated ? not(met) : met;
}
