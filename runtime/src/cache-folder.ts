/** The folder of everything that can be built again. The server's config.ts and the command line use the same rule. */
import { homedir } from 'node:os';
import { join } from 'node:path';

export const cacheFolder = (env: Readonly<Record<string, string | undefined>>): string =>
  env.CLARY_CACHE_DIR || join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'clary');
