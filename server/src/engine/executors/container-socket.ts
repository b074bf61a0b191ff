/** The socket of this machine's container engine. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';

/** The first path that is a socket and that this user may open: Docker's own often exists but is reserved for its group. Whether an engine answers shows when a container is started. */
export async function findContainerSocket(candidates: readonly string[]): Promise<string | undefined> {
  for (const path of candidates) {
    const isOpen = await Promise.all([stat(path), access(path, constants.W_OK)]).then(
      ([found]) => found.isSocket(),
      () => false,
    );
    if (isOpen) return path;
  }
  return undefined;
}
