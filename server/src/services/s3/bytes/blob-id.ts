/** The first letter of a blob's id says where its bytes are, so that no look-up is needed. */
import { orderedHex } from '../../../kit/ids.ts';

type BlobKind = 'file' | 'small' | 'composite';

const letters = { s: 'small', m: 'composite' } as const;

export function kindOf(blobId: string): BlobKind {
  return letters[blobId[0] as keyof typeof letters] ?? 'file';
}

/** Of bytes in the database. Ordered by time, so that new ones are neighbours in the indexes. */
export const newSmallId = () => `s${orderedHex()}`;

/** Of a list of other blobs. */
export const newCompositeId = () => `m${orderedHex()}`;
