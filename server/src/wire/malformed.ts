/** Thrown by readers for input that is not well-formed. Each protocol turns it into an AwsError with AWS's code. */
export class Malformed extends Error {
  override readonly name = 'Malformed';
}

/** Nested deeper than this is refused: AWS's own documents stay below, and the readers recurse. */
export const maxDepth = 64;
