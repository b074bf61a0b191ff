/** The words and signs of an expression. One pass, no backtracking. */

export type TokenKind = 'identifier' | 'name' | 'value' | 'number' | 'sign' | 'end';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/** Becomes `Invalid …Expression: Syntax error; …`. */
export class SyntaxFault extends Error {
  override readonly name = 'SyntaxFault';
}

const pattern =
  /[ \t\r\n]*(?:([A-Za-z_][A-Za-z0-9_]*)|(#[A-Za-z0-9_]+)|(:[A-Za-z0-9_]+)|([0-9]+)|(<>|<=|>=|[=<>()[\],.+-])|$)/y;
const kinds: readonly TokenKind[] = ['identifier', 'name', 'value', 'number', 'sign'];

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  pattern.lastIndex = 0;
  for (;;) {
    const from = pattern.lastIndex;
    const match = pattern.exec(text);
    if (match === null) {
      const at = from + (/^[ \t\r\n]*/.exec(text.slice(from))?.[0].length ?? 0);
      tokens.push({ kind: 'sign', text: text.charAt(at), from: at, to: at + 1 });
      throw new SyntaxFault(describe(text, tokens, tokens.length - 1));
    }
    const kind = kinds[match.slice(1).findIndex((group) => group !== undefined)];
    const word = match.slice(1).find((group) => group !== undefined) ?? '';
    tokens.push({ kind: kind ?? 'end', text: word, from: pattern.lastIndex - word.length, to: pattern.lastIndex });
    if (kind === undefined) return tokens;
  }
}

/** Observed: the token, and what stands around it, from the token before to the one behind. */
function describe(text: string, tokens: readonly Token[], at: number): string {
  const token = tokens[at];
  const from = tokens[at - 1] ?? token;
  const to = tokens[at + 1] ?? token;
  const near = text.slice(from?.from ?? 0, to?.to ?? 0).trimEnd();
  return `Syntax error; token: "${token?.kind === 'end' ? '<EOF>' : (token?.text ?? '')}", near: "${near}"`;
}

/** Goes over the tokens once. */
export class Cursor {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokensOf(text);
  }

  get token(): Token {
    return this.#tokens[this.#at] as Token;
  }

  /** Which token it is, from 0. */
  get position(): number {
    return this.#at;
  }

  get next(): Token {
    return this.#tokens[Math.min(this.#at + 1, this.#tokens.length - 1)] as Token;
  }

  take(): Token {
    const { token } = this;
    if (token.kind !== 'end') this.#at++;
    return token;
  }

  isSign(text: string): boolean {
    return this.token.kind === 'sign' && this.token.text === text;
  }

  /** Whether the token is this keyword, in any case. */
  isWord(word: string): boolean {
    return this.token.kind === 'identifier' && this.token.text.toUpperCase() === word;
  }

  takeSign(text: string): boolean {
    if (!this.isSign(text)) return false;
    this.#at++;
    return true;
  }

  takeWord(word: string): boolean {
    if (!this.isWord(word)) return false;
    this.#at++;
    return true;
  }

  wantSign(text: string): void {
    if (!this.takeSign(text)) this.fail();
  }

  wantWord(word: string): void {
    if (!this.takeWord(word)) this.fail();
  }

  wantEnd(): void {
    if (this.token.kind !== 'end') this.fail();
  }

  fail(): never {
    throw new SyntaxFault(describe(this.#text, this.#tokens, this.#at));
  }
}
