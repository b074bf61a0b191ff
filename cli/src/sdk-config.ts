/**
 * `clary sdk-config`: what the unmodified SageMaker Python SDK needs beside the environment. The SDK calls STS at its own address, which it takes
 * from ~/.aws/models/endpoints.json where that is there (no variable moves it), and only over TLS. Never writes over a file that is not Clary's.
 */
import { execFile } from 'node:child_process';
import { mkdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Arguments } from './command.ts';
import { installationOf, printVariables, trusting, variables } from './env.ts';
import { installationOptions, overTls } from './installation.ts';

/** By this member a file is Clary's. botocore reads `partitions` and `version` only. */
const mark = 'madeByClary';
const endpointsFile = () => join(homedir(), '.aws', 'models', 'endpoints.json');
const settingsFile = (dataFolder: string) => join(dataFolder, 'sdk', 'sagemaker.yaml');

interface Endpoints {
  readonly partitions: readonly {
    readonly services: Readonly<
      Record<string, { defaults?: object; endpoints: Record<string, { hostname?: string }> }>
    >;
  }[];
}

const builtIn =
  'import json; from botocore.loaders import Loader; ' +
  'print(json.dumps(Loader([Loader.BUILTIN_DATA_PATH], include_default_search_paths=False).load_data("endpoints")))';

async function builtInEndpoints(python: string): Promise<Endpoints> {
  try {
    const { stdout } = await promisify(execFile)(python, ['-c', builtIn], { maxBuffer: 64 * 2 ** 20 });
    return JSON.parse(stdout);
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    const because = stderr?.trim().split('\n').at(-1) || message;
    throw new Error(
      `botocore's list of endpoints cannot be read by ${python}: ${because}\nActivate the Python environment of the SageMaker SDK, or name its Python: --python PROGRAM`,
    );
  }
}

/** botocore's own list, with STS at the platform in every region. */
function withSts(endpoints: Endpoints, hostname: string): object {
  for (const { services } of endpoints.partitions) {
    const { sts } = services;
    if (!sts) continue;
    sts.defaults = { ...sts.defaults, hostname };
    for (const endpoint of Object.values(sts.endpoints)) endpoint.hostname = hostname;
  }
  return { ...endpoints, [mark]: 'by `clary sdk-config`; `clary sdk-config --remove` takes it away' };
}

/** Whether the file there is Clary's; undefined where there is none. */
async function isOurs(file: string): Promise<boolean | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new Error(`${file} cannot be read: ${error.message}`);
  });
  return text?.includes(`"${mark}"`);
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}

/** The SDK's telemetry goes to a bucket of AWS's; its defaults spare a `role=` in every call. */
const settings = (role: string | undefined) => `SchemaVersion: '1.0'
SageMaker:
  PythonSDK:
    Modules:
      TelemetryOptOut: true
${
  role === undefined
    ? ''
    : `  TrainingJob:
    RoleArn: ${role}
  ProcessingJob:
    RoleArn: ${role}
  Model:
    ExecutionRoleArn: ${role}
  Pipeline:
    RoleArn: ${role}
`
}`;

async function remove(dataFolder: string): Promise<void> {
  const file = endpointsFile();
  const removed: string[] = [];
  if (await isOurs(file)) {
    await rm(file);
    removed.push(file);
    // Its folder, where nothing else is in it.
    await rmdir(dirname(file)).catch(() => {});
  }
  const own = dirname(settingsFile(dataFolder));
  if ((await isOurs(settingsFile(dataFolder)).catch(() => undefined)) !== undefined) {
    await rm(own, { recursive: true });
    removed.push(own);
  }
  console.log(removed.length > 0 ? `removed ${removed.join(' and ')}` : 'nothing to remove');
}

export async function sdkConfig(args: Arguments): Promise<void> {
  if (args.on('remove')) return remove(installationOptions(args).dataFolder);
  const file = endpointsFile();
  if ((await isOurs(file)) === false)
    throw new Error(
      `${file} is there and not Clary's: it stays as it is\nMove it away and run the command again; or use the SDK with another HOME.`,
    );
  const { dataFolder, installation } = await installationOf('sdk-config', args);
  const secure = await overTls(dataFolder, installation);
  const known = await builtInEndpoints(args.text('python') ?? 'python3');
  await write(file, JSON.stringify(withSts(known, `localhost:${new URL(installation.endpoint).port}`)));
  await write(settingsFile(dataFolder), settings(installation.executionRoleArn));
  console.error(
    `clary sdk-config: wrote ${file} (STS of every botocore program of this user that reads it is now Clary's) and ${settingsFile(dataFolder)}\nTo take both away: npx clary sdk-config --remove`,
  );
  const values = {
    ...variables(args.on('tls') ? secure : installation),
    ...trusting(secure),
    SAGEMAKER_USER_CONFIG_OVERRIDE: settingsFile(dataFolder),
  };
  printVariables(values, args.on('json'));
}
