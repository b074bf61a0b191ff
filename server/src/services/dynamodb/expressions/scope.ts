/** What the expressions of one request share: the names and values that they may use, and which of them were used. */
import { invalid } from '../invalid.ts';
import { type GivenValue, readValue } from '../values/read-value.ts';
import type { Value } from '../values/value.ts';
import type { Path } from './paths.ts';
import { isReserved } from './reserved-words.ts';

export class Scope {
  readonly #names: ReadonlyMap<string, string>;
  readonly #values: ReadonlyMap<string, Value>;
  readonly #unusedNames: Set<string>;
  readonly #unusedValues: Set<string>;

  constructor(names: ReadonlyMap<string, string>, values: ReadonlyMap<string, Value>) {
    this.#names = names;
    this.#values = values;
    this.#unusedNames = new Set(names.keys());
    this.#unusedValues = new Set(values.keys());
  }

  name(placeholder: string, faults: Faults): string {
    const name = this.#names.get(placeholder);
    if (name === undefined)
      faults.add(
        'name',
        `An expression attribute name used in the document path is not defined; attribute name: ${placeholder}`,
      );
    else this.#unusedNames.delete(placeholder);
    return name ?? '';
  }

  value(placeholder: string, faults: Faults): Value | undefined {
    const value = this.#values.get(placeholder);
    if (value === undefined)
      faults.add(
        'value',
        `An expression attribute value used in expression is not defined; attribute value: ${placeholder}`,
      );
    else this.#unusedValues.delete(placeholder);
    return value;
  }

  /** Every name and value must be used by some expression. */
  checkUsed(): void {
    const report = (kind: string, unused: ReadonlySet<string>) => {
      if (unused.size > 0)
        throw invalid(
          `Value provided in ExpressionAttribute${kind} unused in expressions: keys: {${[...unused].join(', ')}}`,
        );
    };
    report('Names', this.#unusedNames);
    report('Values', this.#unusedValues);
  }
}

export interface Placeholders {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>> | undefined;
  readonly ExpressionAttributeValues?: Readonly<Record<string, GivenValue>> | undefined;
}

export function scopeOf({ ExpressionAttributeNames: names, ExpressionAttributeValues: values }: Placeholders): Scope {
  if (names !== undefined) checkKeys(names, /^#[0-9a-zA-Z_]+$/, 'ExpressionAttributeNames');
  if (values !== undefined) checkKeys(values, /^:[0-9a-zA-Z_]+$/, 'ExpressionAttributeValues');
  return new Scope(new Map(Object.entries(names ?? {})), values ? readValues(values) : new Map());
}

function checkKeys(given: object, form: RegExp, parameter: string): void {
  const keys = Object.keys(given);
  if (keys.length === 0) throw invalid(`${parameter} must not be empty`);
  const bad = keys.find((key) => !form.test(key));
  if (bad !== undefined) throw invalid(`${parameter} contains invalid key: Syntax error; key: "${bad}"`);
}

function readValues(given: Readonly<Record<string, GivenValue>>): ReadonlyMap<string, Value> {
  const values = new Map<string, Value>();
  for (const [key, value] of Object.entries(given)) {
    try {
      values.set(key, readValue(value));
    } catch (error) {
      throw invalid(`ExpressionAttributeValues contains invalid value: ${(error as Error).message} for key ${key}`);
    }
  }
  return values;
}

/** The first fault of each kind: AWS reports one, by an order of the kinds. */
export class Faults {
  readonly #first = new Map<string, string>();

  add(kind: string, message: string): void {
    if (!this.#first.has(kind)) this.#first.set(kind, message);
  }

  has(kind: string): boolean {
    return this.#first.has(kind);
  }

  firstOf(kinds: readonly string[]): string | undefined {
    const kind = kinds.find((one) => this.#first.has(one));
    return kind && this.#first.get(kind);
  }

  /** The one of these kinds that was found first. */
  earliestOf(kinds: readonly string[]): string | undefined {
    for (const [kind, message] of this.#first) if (kinds.includes(kind)) return message;
    return undefined;
  }

  checkReserved(name: string): void {
    if (isReserved(name)) this.add('reserved', `Attribute name is a reserved keyword; reserved keyword: ${name}`);
  }

  /** No two paths of an expression may be, or lead into, the same. */
  checkPaths(paths: readonly Path[], path: Path): void {
    if (this.has('overlap')) return;
    for (const other of paths) {
      const kind = relation(other, path);
      if (kind === undefined) continue;
      const what = kind === 'conflict' ? 'conflict' : 'overlap';
      this.add(
        what,
        `Two document paths ${what} with each other; must remove or rewrite one of these paths; path one: ${pathText(other)}, path two: ${pathText(path)}`,
      );
      if (what === 'overlap') return;
    }
  }
}

function relation(one: Path, other: Path): 'conflict' | 'overlap' | undefined {
  for (let at = 0; at < one.length && at < other.length; at++) {
    if (typeof one[at] !== typeof other[at]) return 'conflict';
    if (one[at] !== other[at]) return undefined;
  }
  return 'overlap';
}

export const pathText = (path: Path): string =>
  `[${path.map((step) => (typeof step === 'number' ? `[${step}]` : step)).join(', ')}]`;
