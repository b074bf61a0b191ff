/**
 * Tokens of paged lists: the list that gave the token, and the position where its page ended. Opaque to clients. A token grants nothing, so it is not signed; a
 * list refuses a token that it did not give with its service's own error.
 */

type Part = string | number | null;

/** AWS's tokens are at most some thousand characters. */
const maxLength = 8192;

/** `list` names what is listed, in which order and by which filters: a token is valid for no other list. */
export const writePageToken = (list: string, ...position: readonly Part[]): string =>
  Buffer.from(JSON.stringify([list, ...position])).toString('base64url');

interface Kinds {
  string: string;
  number: number;
  any: Part;
}

type Position<Names extends readonly (keyof Kinds)[]> = { [I in keyof Names]: Kinds[Names[I]] };

/** The position, whose parts are of these kinds; undefined for a token that this list did not give. */
export function readPageToken<const Names extends readonly (keyof Kinds)[]>(
  list: string,
  token: string,
  ...kinds: Names
): Position<Names> | undefined {
  if (token.length > maxLength) return undefined;
  const bytes = Buffer.from(token, 'base64url');
  let parts: unknown;
  try {
    parts = JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
  if (!Array.isArray(parts) || parts.length !== kinds.length + 1 || bytes.toString('base64url') !== token)
    return undefined;
  const [from, ...position] = parts as unknown[];
  if (from !== list || !position.every((part, at) => isOfKind(part, kinds[at]))) return undefined;
  return position as unknown as Position<Names>;
}

const isOfKind = (part: unknown, kind: keyof Kinds | undefined): boolean =>
  kind === 'any' ? part === null || typeof part === 'string' || typeof part === 'number' : typeof part === kind;
