/** Where the container engine of this machine listens. */
import { stat } from 'node:fs/promises';

/** The first of them that is a socket. Whether somebody answers there is found out when a container is to run. */
export async function findContainerSocket(candidates: readonly string[]): Promise<string | undefined> {
  for (const path of candidates) {
    const isSocket = await stat(path).then(
      (found) => found.isSocket(),
      () => false,
    );
    if (isSocket) return path;
  }
  return undefined;
}
