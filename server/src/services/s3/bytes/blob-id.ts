/** A blob's id tells by its first letter where its bytes are, so that nobody has to ask. */
import { randomHex } from '../../../kit/ids.ts';

type BlobKind = 'file' | 'small' | 'composite';

const letters = { s: 'small', m: 'composite' } as const;

export function kindOf(blobId: string): BlobKind {
  return letters[blobId[0] as keyof typeof letters] ?? 'file';
}

/** Of bytes in the database. */
export const newSmallId = () => `s${randomHex(16)}`;

/** Of a list of other blobs. */
export const newCompositeId = () => `m${randomHex(16)}`;
