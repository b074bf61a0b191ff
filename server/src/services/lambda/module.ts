import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { removeTree } from '../../engine/remove-tree.ts';
import { createSealer } from '../../kit/sealed.ts';
import type { ServiceModule } from '../service-module.ts';
import { openCodeFolders } from './code/code-folders.ts';
import type { LambdaResources } from './deps.ts';
import { functionRun } from './execution/environment.ts';
import { endLeftovers, openPool } from './execution/pool.ts';
import { pythonEnvironment } from './execution/python-environment.ts';
import { findRuntime } from './execution/runtimes.ts';
import { openFunctionStore, type StoredVersion } from './functions/function-store.ts';
import { startEventQueue } from './invoke/event-queue.ts';
import { layerFolders } from './layers/layer-folder.ts';
import { parseLayerVersionArn } from './layers/layer-name.ts';
import { findLayerVersion } from './layers/layer-store.ts';
import { lambdaTables } from './migrations/0020-lambda.ts';
import { lambdaChanges } from './migrations/0027-lambda-changes.ts';
import { lambdaService } from './service.ts';
import { lambdaSettings } from './settings.ts';

export const lambda: ServiceModule<typeof lambdaSettings> = {
  name: 'lambda',
  migrations: [lambdaTables, lambdaChanges],
  settings: lambdaSettings,
  async start(platform, settings) {
    const { database, blobs, executor, runtime, runs, provided, platformKey } = platform;
    await endLeftovers({ executor, runtime });
    const resources: LambdaResources = {
      ...platform,
      identity: provided.identity,
      sealer: createSealer(platformKey, 'function-environments'),
      settings,
    };
    const folder = await unpackFolder(join(dirname(runtime.runsDir), 'functions'), database.dialect === 'postgres');
    const code = await openCodeFolders(blobs, join(folder, 'code'));
    const merged = await layerFolders(code, join(folder, 'layers'));
    const python = pythonEnvironment(resources);
    const live = new Set<string>();
    runs.register('function', async (id) => live.has(id));
    const ended = (id: string) => {
      live.delete(id);
      runs.end(functionRun(id));
    };
    const layers = async ({ configuration }: StoredVersion) =>
      merged(
        await codeOfLayers(
          resources,
          (configuration.Layers ?? []).map(({ Arn = '' }) => Arn),
        ),
      );
    const pool = openPool({ ...resources, code, python, layers, live, ended });
    const functions = openFunctionStore(database);
    platform.changes.onChange('lambda-functions', functions.forgetAll);
    const queue = startEventQueue({ ...resources, functions, pool });
    /** So that the first invocation need not wait for it. A failure is told to who invokes. */
    const prepare = (name: string | undefined) => {
      if (findRuntime(name)?.kind === 'python') python().catch(() => {});
    };
    return {
      service: lambdaService({ ...resources, functions, code, pool, queue, prepare }),
      async stop() {
        const stopped = queue.stop();
        await pool.stop();
        await stopped;
      },
    };
  },
};

/**
 * Where archives are unpacked. Everything in it can be made again, and is removed at a start: a power cut could leave an incomplete folder. Servers that
 * share the data folder share what was unpacked since the machine was booted.
 */
async function unpackFolder(parent: string, isShared: boolean): Promise<string> {
  const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')).trim();
  const name = isShared && boot ? boot : 'unpacked';
  for (const other of await readdir(parent).catch(() => [])) {
    if (other !== name || !isShared) await removeTree(join(parent, other));
  }
  return join(parent, name);
}

/** A layer's version that was deleted stays with the functions that have it; its archive is kept as long as they do. */
async function codeOfLayers({ database }: LambdaResources, arns: readonly string[]): Promise<string[]> {
  const ids = await Promise.all(
    arns.map(async (arn) => {
      const named = parseLayerVersionArn(arn);
      return named && (await findLayerVersion(database, named, named.version))?.code_id;
    }),
  );
  return ids.flatMap((id) => (id ? [id] : []));
}
