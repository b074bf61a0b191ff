/** Values for any shape, the same at every run: each member filled, recursion ended, texts that want escaping where the place allows it. */
import type { Member, Shape, Structure } from '../../server/src/models/shape.ts';

export interface SampleRules {
  /** Members that are left out, by name: those that the SDK itself computes or forbids. */
  readonly without: ReadonlySet<string>;
  /** Values for text members, by name, where not every text will do. */
  readonly values: Readonly<Record<string, string>>;
  /** Query has no way to say that a structure or a list is there and empty. */
  readonly leaveEmptyOut: boolean;
}

export function sampleStructure(
  shape: Structure,
  rules: SampleRules,
  above: readonly Shape[] = [],
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const member of shape.members) {
    if (rules.without.has(member.name) || isEventStream(member)) continue;
    const fixed = member.shape.kind === 'string' ? rules.values[member.name] : undefined;
    const value = fixed ?? sample(member, rules, [...above, shape]);
    if (value === undefined) continue;
    result[member.name] = value;
    if (shape.kind === 'union') break;
  }
  return result;
}

export function isEventStream(member: Member): boolean {
  return member.streaming && member.shape.kind !== 'blob';
}

function sample(member: Member, rules: SampleRules, above: readonly Shape[]): unknown {
  const { shape } = member;
  if (above.length > 8 || above.filter((other) => other === shape).length > 0) return undefined;
  switch (shape.kind) {
    case 'structure':
    case 'union': {
      const value = sampleStructure(shape, rules, above);
      const isEmpty = Object.keys(value).length === 0;
      return isEmpty && (rules.leaveEmptyOut || shape.kind === 'union' || shape.members.length > 0) ? undefined : value;
    }
    case 'list': {
      const item = sample(shape.item, rules, [...above, shape]);
      if (item === undefined) return undefined;
      return member.http.header === undefined && member.http.query === undefined ? [item, item] : [item, second(item)];
    }
    case 'map': {
      const value = sample(shape.value, rules, [...above, shape]);
      if (value === undefined) return undefined;
      return member.http.prefixHeaders === undefined
        ? { 'a key': value, __proto: value }
        : { one: 'first', two: 'second' };
    }
    default:
      return sampleScalar(member, member.http);
  }
}

const second = (item: unknown) => (typeof item === 'string' ? `${item}-2` : item);

function sampleScalar({ shape, name, mediaType, timestampFormat }: Member, http: Member['http']): unknown {
  switch (shape.kind) {
    case 'string':
      if (mediaType === 'application/json') return '{"a":1}';
      if (http.header !== undefined) return `${name}; q=1`;
      if (http.label) return `${name}/a b+ü`;
      return `${name} <&> "é" '😀'`;
    case 'boolean':
      return true;
    case 'number':
      return 42;
    case 'bigInteger':
      return 12345678901234567890n;
    case 'blob':
      return Buffer.from([0, 1, 250, 255, 60]);
    case 'timestamp':
      return new Date(
        http.header === undefined && timestampFormat !== 'http-date' ? 1_700_000_000_123 : 1_700_000_000_000,
      );
    case 'document':
      return { any: ['thing', 1, null] };
    default:
      return undefined;
  }
}
