/**
 * Random policies against a slow model that is obviously right: it tries every way to cut a text at a wildcard, and every way in which
 * what is unknown could turn out.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createContext } from './context.ts';
import { evaluate, type Verdict } from './evaluate.ts';
import { parsePolicy } from './policy-document.ts';

type Random = () => number;

function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const operators = [
  'StringLike',
  'StringNotLike',
  'StringEqualsIfExists',
  'ForAllValues:StringLike',
  'ForAnyValue:StringLike',
  'ForAllValues:StringNotLike',
  'ForAnyValue:StringNotLike',
  'Null',
  'Mystery',
] as const;
const keys = ['aws:username', 'aws:username', 'aws:userid', 'aws:TagKeys', 'aws:TagKeys', 'x:unknown'] as const;

interface PlainCondition {
  readonly operator: (typeof operators)[number];
  readonly key: (typeof keys)[number];
  readonly values: readonly string[];
}

interface PlainStatement {
  readonly deny: boolean;
  readonly notAction: boolean;
  readonly actions: readonly string[];
  readonly notResource: boolean;
  readonly resources: readonly string[];
  readonly conditions: readonly PlainCondition[];
}

interface World {
  readonly action: string;
  readonly resource: string;
  readonly context: Readonly<Record<string, string | readonly string[]>>;
}

/** Every way to let a star stand for something. */
function fits(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  const rest = pattern.slice(1);
  if (pattern[0] === '*')
    return Array.from({ length: text.length + 1 }, (_, cut) => text.slice(cut)).some((tail) => fits(rest, tail));
  return text !== '' && (pattern[0] === '?' || pattern[0] === text[0]) && fits(rest, text.slice(1));
}

/** The outcomes that are possible for a condition. */
function outcomes(condition: PlainCondition, world: World): boolean[] {
  if (condition.operator === 'Mystery' || condition.key === 'x:unknown') return [true, false];
  const given = world.context[condition.key] ?? [];
  const values = typeof given === 'string' ? [given] : given;
  const [set, name] = condition.operator.includes(':') ? condition.operator.split(':') : ['', condition.operator];
  if (name === 'Null') return [condition.values.includes(values.length === 0 ? 'true' : 'false')];
  const holds = (value: string) => {
    if (name === 'StringEqualsIfExists') return condition.values.includes(value);
    const some = condition.values.some((pattern) => fits(pattern, value));
    return name === 'StringLike' ? some : !some;
  };
  if (set === 'ForAllValues') return [values.every(holds)];
  if (set === 'ForAnyValue') return [values.some(holds)];
  if (values.length === 0) return [name !== 'StringLike'];
  return values.length === 1 ? values.map(holds) : [true, false];
}

/** What the statement comes to in each possible world. */
function possibilities(statement: PlainStatement, world: World): boolean[] {
  const action = statement.actions.some((pattern) => fits(pattern, world.action)) !== statement.notAction;
  const resource = statement.resources.some((pattern) => fits(pattern, world.resource)) !== statement.notResource;
  let worlds = [action && resource];
  for (const condition of statement.conditions) {
    worlds = worlds.flatMap((sofar) => outcomes(condition, world).map((outcome) => sofar && outcome));
  }
  return worlds;
}

function slowVerdict(statements: readonly PlainStatement[], world: World): Verdict {
  if (statements.some((one) => one.deny && possibilities(one, world).some(Boolean))) return 'explicit-deny';
  if (statements.some((one) => !one.deny && possibilities(one, world).every(Boolean))) return 'allow';
  return 'implicit-deny';
}

function generate(random: Random) {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const some = <T>(make: () => T, most: number): T[] => Array.from({ length: 1 + Math.floor(random() * most) }, make);
  const letters = (alphabet: string, most: number) => some(() => pick([...alphabet]), most).join('');
  const condition = (): PlainCondition => {
    const operator = pick(operators);
    const values = operator === 'Null' ? [pick(['true', 'false'])] : some(() => letters('ab*?', 3), 2);
    return { operator, key: pick(keys), values };
  };
  const statement = (): PlainStatement => ({
    deny: random() < 0.3,
    notAction: random() < 0.2,
    actions: some(() => `s3:${letters('ab*?', 4)}`, 2),
    notResource: random() < 0.2,
    resources: some(() => (random() < 0.3 ? '*' : `arn:aws:s3:::${letters('ab/*?', 5)}`), 2),
    conditions: random() < 0.5 ? [] : some(condition, 2),
  });
  const context: Record<string, string | string[]> = {};
  if (random() < 0.6) context['aws:username'] = letters('ab', 3);
  if (random() < 0.3) context['aws:userid'] = letters('ab', 3);
  if (random() < 0.6) context['aws:TagKeys'] = some(() => letters('ab', 2), 3);
  const world: World = { action: `s3:${letters('ab', 4)}`, resource: `arn:aws:s3:::${letters('ab/', 5)}`, context };
  return { statements: some(statement, 4), world };
}

function toDocument(statements: readonly PlainStatement[]): string {
  const Statement = statements.map((one) => ({
    Effect: one.deny ? 'Deny' : 'Allow',
    [one.notAction ? 'NotAction' : 'Action']: one.actions,
    [one.notResource ? 'NotResource' : 'Resource']: one.resources,
    Condition: one.conditions.reduce<Record<string, Record<string, unknown>>>((all, { operator, key, values }) => {
      all[operator] = { ...all[operator], [key]: values };
      return all;
    }, {}),
  }));
  return JSON.stringify({ Version: '2012-10-17', Statement });
}

/** Two conditions of one operator on one key would be one condition in the document. */
const isDistinct = (statement: PlainStatement) =>
  new Set(statement.conditions.map(({ operator, key }) => `${operator} ${key}`)).size === statement.conditions.length;

describe('evaluate does', () => {
  it('what the slow model says, for 20,000 random policies', () => {
    const random = seeded(20_261_120);
    const seen: Record<Verdict, number> = { allow: 0, 'explicit-deny': 0, 'implicit-deny': 0 };
    for (let round = 0; round < 20_000; round++) {
      const { statements: all, world } = generate(random);
      const statements = all.filter(isDistinct);
      if (statements.length === 0) continue;
      const policy = parsePolicy(toDocument(statements), 'identity');
      const verdict = evaluate([policy], { ...world, context: createContext(world.context) });
      assert.equal(verdict, slowVerdict(statements, world), `round ${round}: ${JSON.stringify({ statements, world })}`);
      seen[verdict]++;
    }
    for (const [verdict, times] of Object.entries(seen)) assert.ok(times > 500, `${verdict} came ${times} times`);
  });
});
