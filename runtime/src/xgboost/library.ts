/** XGBoost's C library, taken from the `xgboost-cpu` wheel, fetched on first use into the user's cache folder. Safe to call from many processes at once. */
import { join } from 'node:path';
import { cacheFolder } from '../cache-folder.ts';
import { exists, fetchWheel, type Variables, type Wheel } from '../python-index/wheel.ts';

export const libraryVersion = '3.2.0';

const wheel: Wheel = {
  name: 'xgboost-cpu',
  version: libraryVersion,
  hashes: [
    '9c10b1653e1a689bf4094a328144cf3633c9be0e5217a76fbdc2fde6abcb2950',
    '896b9e2bc52ec0921edf92ddd1cebedf47032e94992b7aca0293524d380ce6e9',
  ],
  prefixes: ['xgboost/lib/libxgboost.so', 'xgboost_cpu.libs/'],
};

/** The library's path. `say` gets a progress line when it has to be fetched. Throws where it cannot be. */
export async function ensureLibrary(env: Variables, say: (line: string) => void): Promise<string> {
  const folder = join(cacheFolder(env), `xgboost-cpu-${wheel.version}`);
  const file = join(folder, 'xgboost', 'lib', 'libxgboost.so');
  if (await exists(file)) return file;
  say(`Fetching XGBoost ${wheel.version} (xgboost-cpu, 6 MB) into ${folder}; this happens once.`);
  await fetchWheel(wheel, folder, file, env).catch((error: Error) => {
    throw new Error(
      `XGBoost ${wheel.version} could not be fetched from the Python package index: ${error.message}. ` +
        'Install python3 with pip and connect the machine to a package index once, then run the job again.',
    );
  });
  say(`Fetched XGBoost ${wheel.version}.`);
  return file;
}
