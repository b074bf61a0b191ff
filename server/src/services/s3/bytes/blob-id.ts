/** A blob's id tells by its first letter where its bytes are, so that nobody has to ask. */
import { orderedHex } from '../../../kit/ids.ts';

type BlobKind = 'file' | 'small' | 'composite';

const letters = { s: 'small', m: 'composite' } as const;

export function kindOf(blobId: string): BlobKind {
  return letters[blobId[0] as keyof typeof letters] ?? 'file';
}

/** Of bytes in the database. In the order of time, so that new ones lie together in its indexes. */
export const newSmallId = () => `s${orderedHex()}`;

/** Of a list of other blobs. */
export const newCompositeId = () => `m${orderedHex()}`;
