/** What a reader throws on input that is not well-formed; each protocol gives it AWS's code. Never reaches a caller as it is. */
export class Malformed extends Error {
  override readonly name = 'Malformed';
}

/** Nested deeper than this is refused: AWS's own documents stay below, and the readers recurse. */
export const maxDepth = 64;
