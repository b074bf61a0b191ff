/**
 * ConditionExpression, FilterExpression and KeyConditionExpression. Parentheses may enclose a condition or an operand, which only what follows decides: so
 * both are read by the same functions, and nothing is read twice.
 */
import { invalid } from '../invalid.ts';
import type { Comparator, Condition, Operand, ParsedCondition } from './condition.ts';
import { checkBetween, checkDistinct, checkFunction, checkIn, checkOperands, misused } from './condition-checks.ts';
import { type ExpressionName, type Parsing, parseWith, readName, readSteps } from './parse.ts';
import { Faults, type Scope } from './scope.ts';

const keywords: ReadonlySet<string> = new Set(['BETWEEN', 'IN', 'AND', 'OR', 'NOT']);
const comparators: ReadonlySet<string> = new Set(['=', '<>', '<', '<=', '>', '>=']);
/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-expression-parameters */
const maxOperators = 300;

type Read = { readonly kind: 'condition'; readonly of: Condition } | { readonly kind: 'operand'; readonly of: Operand };

class ConditionParser {
  readonly #parsing: Parsing;
  readonly #faults = new Faults();
  /** Of the condition that is being read; the first of any condition counts. */
  #local = new Faults();
  readonly heads = new Set<string>();
  readonly nested = new Set<string>();
  /** The tokens of the parenthesis that was closed last. */
  #enclosed = { from: -1, to: -1 };
  #operators = 0;
  #depth = 0;

  constructor(parsing: Omit<Parsing, 'faults' | 'keywords'>) {
    const faults = this.#faults;
    this.#parsing = { ...parsing, keywords, faults };
  }

  read(): Condition {
    const condition = this.#condition(this.#or());
    this.#parsing.cursor.wantEnd();
    return condition;
  }

  fault(): string | undefined {
    return this.#faults.firstOf(['parens', 'unknownFunction', 'misused', 'reserved', 'condition']);
  }

  /** Refuses operands where a condition is wanted. */
  #condition(read: Read): Condition {
    if (read.kind === 'condition') return read.of;
    if (read.of.kind !== 'function') return this.#parsing.cursor.fail();
    if (read.of.name === 'size') misused('size', this.#faults);
    this.#endCondition();
    return read.of;
  }

  #endCondition(): void {
    this.#operators++;
    const fault =
      this.#faults.earliestOf(['name', 'value']) ?? this.#local.firstOf(['operand', 'distinct', 'function']);
    if (fault !== undefined) this.#faults.add('condition', fault);
    this.#local = new Faults();
  }

  #binary(word: 'OR' | 'AND', operand: () => Read): Read {
    const first = operand();
    if (!this.#parsing.cursor.isWord(word)) return first;
    const all = [this.#condition(first)];
    while (this.#parsing.cursor.takeWord(word)) {
      this.#operators++;
      all.push(this.#condition(operand()));
    }
    const kind = word === 'OR' ? 'or' : 'and';
    return { kind: 'condition', of: all.reduceRight((right, left) => ({ kind, left, right })) };
  }

  #or(): Read {
    return this.#binary('OR', () => this.#and());
  }

  #and(): Read {
    return this.#binary('AND', () => this.#not());
  }

  #not(): Read {
    if (!this.#parsing.cursor.takeWord('NOT')) return this.#comparison();
    this.#operators++;
    return { kind: 'condition', of: { kind: 'not', of: this.#condition(this.#comparison()) } };
  }

  #comparison(): Read {
    const { cursor } = this.#parsing;
    const first = this.#primary();
    if (first.kind === 'condition') return first;
    const left = first.of;
    const { token } = cursor;
    if (token.kind === 'sign' && comparators.has(token.text)) {
      cursor.take();
      const comparator = token.text as Comparator;
      const args = [left, this.#operand()] as const;
      checkOperands(args, this.#faults);
      checkDistinct(comparator, args, this.#local);
      return this.#done({ kind: 'compare', comparator, args });
    }
    if (cursor.takeWord('BETWEEN')) {
      const lower = this.#operand();
      cursor.wantWord('AND');
      const upper = this.#operand();
      checkOperands([left, lower, upper], this.#faults);
      checkBetween(lower, upper, this.#local);
      return this.#done({ kind: 'between', args: [left, lower, upper] });
    }
    if (cursor.takeWord('IN')) {
      const args = [left, ...this.#arguments()];
      checkOperands(args, this.#faults);
      checkIn(args, this.#local);
      return this.#done({ kind: 'in', args });
    }
    return first;
  }

  #done(condition: Condition): Read {
    this.#endCondition();
    return { kind: 'condition', of: condition };
  }

  #operand(): Operand {
    const read = this.#primary();
    return read.kind === 'operand' ? read.of : this.#parsing.cursor.fail();
  }

  /** Something in parentheses, a value, a function or a path. */
  #primary(): Read {
    const { cursor, scope } = this.#parsing;
    const { token } = cursor;
    if (token.kind === 'sign' && token.text === '(') return this.#parenthesized();
    if (token.kind === 'value') {
      cursor.take();
      return { kind: 'operand', of: { kind: 'value', value: scope.value(token.text, this.#faults) } };
    }
    if (token.kind === 'identifier' && !keywords.has(token.text.toUpperCase()) && cursor.next.text === '(')
      return { kind: 'operand', of: this.#function() };
    return { kind: 'operand', of: this.#path([readName(this.#parsing)]) };
  }

  #path(start: readonly (string | number)[]): Operand {
    const path = readSteps(this.#parsing, start);
    const head = String(path[0]);
    this.heads.add(head);
    if (path.length > 1) this.nested.add(head);
    return { kind: 'path', path };
  }

  #parenthesized(): Read {
    const { cursor } = this.#parsing;
    cursor.wantSign('(');
    if (++this.#depth > maxOperators) cursor.fail();
    const opened = cursor.position;
    const inner = this.#or();
    this.#depth--;
    // What is inside is itself enclosed as a whole.
    if (this.#enclosed.from === opened && this.#enclosed.to === cursor.position)
      this.#faults.add('parens', 'The expression has redundant parentheses;');
    cursor.wantSign(')');
    this.#enclosed = { from: opened - 1, to: cursor.position };
    const goesOn = cursor.isSign('.') || cursor.isSign('[');
    if (inner.kind === 'operand' && inner.of.kind === 'path' && goesOn)
      return { kind: 'operand', of: this.#path(inner.of.path) };
    return inner;
  }

  #function(): Operand {
    const { text: name } = this.#parsing.cursor.take();
    const args = this.#arguments();
    checkOperands(args, this.#faults);
    checkFunction(name, args, this.#faults, this.#local);
    return { kind: 'function', name, args };
  }

  #arguments(): Operand[] {
    const { cursor } = this.#parsing;
    cursor.wantSign('(');
    const args: Operand[] = [];
    do args.push(this.#operand());
    while (cursor.takeSign(','));
    cursor.wantSign(')');
    return args;
  }

  get operators(): number {
    return this.#operators;
  }
}

export function parseCondition(name: ExpressionName, text: string, scope: Scope): ParsedCondition {
  return parseWith(name, text, (cursor) => {
    const parser = new ConditionParser({ cursor, scope });
    const condition = parser.read();
    const fault = parser.fault();
    if (fault !== undefined) throw invalid(`Invalid ${name}: ${fault}`);
    if (parser.operators > maxOperators)
      throw invalid(
        `Invalid ${name}: The expression contains more operators than allowed; maximum number of operators: ${maxOperators}`,
      );
    return { condition, heads: parser.heads, nested: parser.nested };
  });
}
