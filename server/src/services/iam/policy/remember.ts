/** Parsed policies by their text, for those that come as text with a request. Bounded: the oldest is removed first. */
import { MalformedPolicy, type Policy, type PolicyKind, parsePolicy } from './policy-document.ts';

export function rememberPolicies(kind: PolicyKind, limit: number): (text: string) => Policy | 'malformed' {
  const kept = new Map<string, Policy | 'malformed'>();
  const parse = (text: string): Policy | 'malformed' => {
    try {
      return parsePolicy(text, kind);
    } catch (error) {
      if (error instanceof MalformedPolicy) return 'malformed';
      throw error;
    }
  };
  return (text) => {
    const found = kept.get(text);
    if (found !== undefined) return found;
    const parsed = parse(text);
    if (kept.size >= limit) kept.delete(kept.keys().next().value ?? text);
    kept.set(text, parsed);
    return parsed;
  };
}
