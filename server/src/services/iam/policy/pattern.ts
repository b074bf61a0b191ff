/**
 * The texts of a policy with wildcards and variables. A variable's value is always literal: a user named `*` matches only itself.
 * Matching is linear in practice (one remembered star), never a regular expression made of a user's text.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
import type { Context } from './context.ts';
import type { Tri } from './tri.ts';

/** Any run of characters, exactly one character. */
const star = Symbol('*');
const one = Symbol('?');

type Part = string | typeof star | typeof one | Variable;
type Token = string | typeof star | typeof one;

interface Variable {
  readonly key: string;
  readonly fallback: string | undefined;
}

export interface Pattern {
  readonly text: string;
  readonly parts: readonly Part[];
  /** What most patterns are, found once so that matching them is one comparison: a text, or a text before one star. */
  readonly literal: string | undefined;
  readonly prefix: string | undefined;
  readonly ignoreCase: boolean;
  /** The fields of an ARN, where no variable can change them; cut once because a request is tried against many. */
  readonly fields: readonly Field[] | undefined;
}

/** One field of an ARN's pattern. */
interface Field extends Pick<Pattern, 'literal' | 'prefix'> {
  readonly tokens: readonly Token[];
}

/** `${key}`, `${key, 'default'}`, or one character. */
const piece = /\$\{([^},]+?)(?:\s*,\s*'([^']*)'\s*)?\}|./gsu;
const escapes: Readonly<Record<string, string>> = { '*': '*', '?': '?', $: '$' };

export interface PatternOptions {
  /** False keeps `*` and `?` as they are (StringEquals). */
  readonly wildcards: boolean;
  /** False for what has no variables: actions, and policies of before 2012-10-17. */
  readonly variables: boolean;
  readonly ignoreCase?: boolean;
}

const isText = (part: Part): part is string => typeof part === 'string';
const isToken = (part: Part): part is Token => typeof part !== 'object';

function shortcuts(parts: readonly Part[]): Pick<Pattern, 'literal' | 'prefix'> {
  const before = parts.slice(0, -1);
  return {
    literal: parts.every(isText) ? parts.join('') : undefined,
    prefix: parts.at(-1) === star && before.every(isText) ? before.join('') : undefined,
  };
}

export function compilePattern(text: string, options: PatternOptions): Pattern {
  const { wildcards, variables, ignoreCase = false } = options;
  const pieces = variables ? [...text.matchAll(piece)] : [...text].map((character) => [character]);
  const fold = (part: string) => (ignoreCase ? part.toLowerCase() : part);
  const parts = pieces.map(([whole = '', key, fallback]): Part => {
    if (key !== undefined) return escapes[key] ?? { key: key.trim(), fallback };
    if (wildcards && whole === '*') return star;
    return wildcards && whole === '?' ? one : fold(whole);
  });
  const isArn = text.startsWith('arn:') && parts.every(isToken);
  const fields = isArn ? splitTokens(parts).map((tokens) => ({ tokens, ...shortcuts(tokens) })) : undefined;
  return { text, parts, ...shortcuts(parts), ignoreCase, fields };
}

/** The keys that a pattern puts in. */
export function variablesOf({ parts }: Pattern): string[] {
  return parts.flatMap((part) => (typeof part === 'object' ? [part.key] : []));
}

/** The pattern for this request; `absent` or `unknown` where a variable has no value. */
function resolve(pattern: Pattern, context: Context): readonly Token[] | 'absent' | 'unknown' {
  const tokens: Token[] = [];
  for (const part of pattern.parts) {
    if (typeof part !== 'object') {
      tokens.push(part);
      continue;
    }
    const found = context.get(part.key);
    if (found === 'unknown') return 'unknown';
    // Keys of several values cannot be variables: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    if (found !== 'absent' && !found.list) tokens.push(...(found.values[0] ?? ''));
    else if (part.fallback !== undefined) tokens.push(...part.fallback);
    else return 'absent';
  }
  return tokens;
}

function matchTokens(tokens: readonly Token[], value: readonly string[]): boolean {
  let at = 0;
  let pos = 0;
  let starAt = -1;
  let starPos = 0;
  while (pos < value.length) {
    const token = tokens[at];
    if (token === star) {
      starAt = at++;
      starPos = pos;
    } else if (token !== undefined && (token === one || token === value[pos])) {
      at++;
      pos++;
    } else if (starAt >= 0) {
      at = starAt + 1;
      pos = ++starPos;
    } else return false;
  }
  while (tokens[at] === star) at++;
  return at === tokens.length;
}

const fold = (tokens: readonly Token[]): Token[] =>
  tokens.map((token) => (typeof token === 'string' ? token.toLowerCase() : token));

export function matches(pattern: Pattern, value: string, context: Context): Tri {
  const { literal, prefix, ignoreCase } = pattern;
  const wanted = ignoreCase ? value.toLowerCase() : value;
  if (literal !== undefined) return wanted === literal;
  if (prefix !== undefined) return wanted.startsWith(prefix);
  const tokens = resolve(pattern, context);
  // A variable without a value matches nothing.
  if (tokens === 'absent') return false;
  if (tokens === 'unknown') return 'unknown';
  return matchTokens(ignoreCase ? fold(tokens) : tokens, [...wanted]);
}

function splitTokens(tokens: readonly Token[]): Token[][] {
  const fields: Token[][] = [[]];
  for (const token of tokens) {
    if (token === ':' && fields.length < 6) fields.push([]);
    else fields.at(-1)?.push(token);
  }
  return fields;
}

function splitArn(value: string): string[] {
  const fields = value.split(':');
  return [...fields.slice(0, 5), fields.slice(5).join(':')];
}

function matchesField({ literal, prefix, tokens }: Field, value: string): boolean {
  if (literal !== undefined) return value === literal;
  if (prefix !== undefined) return value.startsWith(prefix);
  return matchTokens(tokens, [...value]);
}

const matchesFields = (fields: readonly Field[], value: string): boolean =>
  splitArn(value).every((field, at) => {
    const wanted = fields[at];
    return wanted === undefined || matchesField(wanted, field);
  });

/**
 * ARNs are matched field by field; a pattern with fewer than six fields is completed with wildcards.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
export function matchesArn(pattern: Pattern, value: string, context: Context): Tri {
  if (pattern.prefix === '') return true;
  if (pattern.fields && value.startsWith('arn:')) return matchesFields(pattern.fields, value);
  const tokens = resolve(pattern, context);
  if (tokens === 'absent') return false;
  if (tokens === 'unknown') return 'unknown';
  if (tokens.every((token) => token === star) && tokens.length > 0) return true;
  if (!value.startsWith('arn:')) return matchTokens(tokens, [...value]);
  const patterns = splitTokens(tokens);
  const values = splitArn(value);
  return values.every((field, at) => {
    const wanted = patterns[at];
    return wanted === undefined ? true : matchTokens(wanted, [...field]);
  });
}
