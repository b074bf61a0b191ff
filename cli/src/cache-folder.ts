/** The cache folder: downloaded libraries, compiled programs. The server's config.ts uses the same rule. */
import { homedir } from 'node:os';
import { join } from 'node:path';

export const cacheFolder = (): string =>
  process.env.CLARY_CACHE_DIR || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'clary');
