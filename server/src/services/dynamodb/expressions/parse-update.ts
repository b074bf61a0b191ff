/** UpdateExpression: SET, REMOVE, ADD and DELETE, each at most once. */
import { invalid } from '../invalid.ts';
import { typeOf, type Value } from '../values/value.ts';
import { type Parsing, parseWith, readName, readPath, readSteps } from './parse.ts';
import type { Path } from './paths.ts';
import { Faults, type Scope } from './scope.ts';
import { type Action, type ParsedUpdate, type SetValue, setType } from './update.ts';

const sections = ['SET', 'REMOVE', 'ADD', 'DELETE'] as const;
type Section = (typeof sections)[number];
const keywords: ReadonlySet<string> = new Set(sections);
const faultOrder = [
  'reserved',
  'unknownFunction',
  'section',
  'name',
  'value',
  'overlap',
  'conflict',
  'operand',
  'function',
];
/** Parentheses and functions in each other; an expression of 4 KB could exhaust the stack. */
const maxDepth = 300;

/** Only these two types have members that ADD and DELETE can change; ADD counts, too. */
const typeNames: Readonly<Partial<Record<string, string>>> = {
  S: 'STRING',
  N: 'NUMBER',
  B: 'BINARY',
  NULL: 'NULL',
  BOOL: 'BOOLEAN',
  L: 'LIST',
  M: 'MAP',
};

class UpdateParser {
  readonly #parsing: Parsing;
  readonly paths: Path[] = [];
  readonly nested = new Set<string>();
  readonly faults = new Faults();
  #depth = 0;

  constructor(parsing: Omit<Parsing, 'faults' | 'keywords'>) {
    this.#parsing = { ...parsing, keywords, faults: this.faults };
  }

  read(): Action[] {
    const { cursor } = this.#parsing;
    const actions: Action[] = [];
    const seen = new Set<Section>();
    do {
      const section = sections.find((word) => cursor.isWord(word)) ?? cursor.fail();
      cursor.take();
      if (seen.has(section))
        this.faults.add('section', `The "${section}" section can only be used once in an update expression;`);
      seen.add(section);
      do actions.push(this.#action(section));
      while (cursor.takeSign(','));
    } while (cursor.token.kind !== 'end');
    return actions;
  }

  #action(section: Section): Action {
    const { cursor } = this.#parsing;
    const path = this.#target();
    if (section === 'REMOVE') {
      this.#claim(path);
      return { kind: section, path };
    }
    if (section === 'SET') {
      cursor.wantSign('=');
      const value = this.#setValue();
      this.#claim(path);
      return { kind: section, path, value };
    }
    const value = this.#value();
    this.#claim(path);
    const type = value && typeOf(value);
    const named = type && typeNames[type];
    if (named !== undefined && !(section === 'ADD' && type === 'N'))
      this.faults.add(
        'operand',
        `Incorrect operand type for operator or function; operator: ${section}, operand type: ${named}`,
      );
    return { kind: section, path, value: value ?? { NULL: true } };
  }

  #target(): Path {
    return this.#noted(readPath(this.#parsing));
  }

  #noted(path: Path): Path {
    if (path.length > 1) this.nested.add(String(path[0]));
    return path;
  }

  #claim(path: Path): void {
    this.faults.checkPaths(this.paths, path);
    if (!this.faults.has('overlap')) this.paths.push(path);
  }

  #value(): Value | undefined {
    const { cursor, scope } = this.#parsing;
    if (cursor.token.kind !== 'value') cursor.fail();
    return scope.value(cursor.take().text, this.faults);
  }

  #setValue(): SetValue {
    const first = this.#operand();
    const { cursor } = this.#parsing;
    for (const sign of ['+', '-']) if (cursor.takeSign(sign)) return this.#call(sign, [first, this.#operand()]);
    return first;
  }

  /** Parentheses around a sum are taken for one around an operand, and the other way round. */
  #operand(): SetValue {
    const { cursor } = this.#parsing;
    if (cursor.isSign('(')) {
      if (++this.#depth > maxDepth) cursor.fail();
      cursor.take();
      const inner = this.#setValue();
      cursor.wantSign(')');
      this.#depth--;
      return inner;
    }
    if (cursor.token.kind === 'value') return { kind: 'value', value: this.#value() };
    const { token } = cursor;
    if (token.kind === 'identifier' && cursor.next.text === '(' && !keywords.has(token.text.toUpperCase())) {
      cursor.take();
      return this.#call(token.text, this.#arguments());
    }
    return { kind: 'path', path: this.#noted(readSteps(this.#parsing, [readName(this.#parsing)])) };
  }

  #arguments(): SetValue[] {
    const { cursor } = this.#parsing;
    if (++this.#depth > maxDepth) cursor.fail();
    cursor.wantSign('(');
    const args: SetValue[] = [];
    do args.push(this.#operand());
    while (cursor.takeSign(','));
    cursor.wantSign(')');
    this.#depth--;
    return args;
  }

  #call(name: string, args: readonly SetValue[]): SetValue {
    const about = `operator or function: ${name}`;
    const wanted = wantedTypes[name];
    if (wanted === undefined) this.faults.add('unknownFunction', `Invalid function name; function: ${name}`);
    else if (args.length !== 2)
      this.faults.add(
        'function',
        `Incorrect number of operands for operator or function; ${about}, number of operands: ${args.length}`,
      );
    else if (wanted === 'any') {
      if (args[0]?.kind !== 'path')
        this.faults.add('function', `Operator or function requires a document path; ${about}`);
    } else {
      const bad = args
        .map((arg) => (arg.kind === 'value' ? setType(arg) : undefined))
        .find((type) => type && type !== wanted);
      if (bad !== undefined)
        this.faults.add('function', `Incorrect operand type for operator or function; ${about}, operand type: ${bad}`);
    }
    return { kind: 'function', name, args };
  }
}

const wantedTypes: Readonly<Partial<Record<string, 'any' | 'L' | 'N'>>> = Object.assign(Object.create(null), {
  if_not_exists: 'any',
  list_append: 'L',
  '+': 'N',
  '-': 'N',
});

export function parseUpdate(text: string, scope: Scope): ParsedUpdate {
  return parseWith('UpdateExpression', text, (cursor) => {
    const parser = new UpdateParser({ cursor, scope });
    const actions = parser.read();
    const fault = parser.faults.firstOf(faultOrder);
    if (fault !== undefined) throw invalid(`Invalid UpdateExpression: ${fault}`);
    return { actions, paths: parser.paths, nested: parser.nested };
  });
}
