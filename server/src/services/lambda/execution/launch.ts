/** What an execution environment runs: the program, what it sees of the machine, and its variables. */
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Mount, ProcessSpec } from '../../../engine/executor.ts';
import { type LambdaResources, servicePrincipal } from '../deps.ts';
import { functionArn } from '../functions/function-name.ts';
import type { StoredFunction, StoredVersion } from '../functions/function-store.ts';
import { readVariables } from '../functions/variables.ts';
import type { PythonEnvironment } from './python-environment.ts';

export interface Launch {
  readonly fn: StoredFunction;
  readonly version: StoredVersion;
  /** The environment's own folder. */
  readonly dir: string;
  /** The folder of its socket. */
  readonly socketDir: string;
  /** Names the run: its credentials end with it. */
  readonly run: string;
  readonly codeFolder: string;
  readonly layersFolder: string | undefined;
  readonly python: PythonEnvironment;
  readonly logStream: string;
}

/** Longer than any environment is kept. */
export const credentialsMs = 12 * 3_600_000;
const mebibyte = 1024 * 1024;
/** AWS: 1,769 MB are one virtual processor. Less than one would make every start slow: what is shared is shared by the system. */
const megabytesPerCpu = 1769;
/** AWS's limit of processes and threads together. */
const processes = 1024;

export async function launchSpec(resources: LambdaResources, launch: Launch): Promise<ProcessSpec> {
  const { sandbox, runtime } = resources;
  const { version, dir, socketDir, codeFolder, layersFolder, python } = launch;
  const { MemorySize = 128, EphemeralStorage } = version.configuration;
  const ownFiles = join(dirname(runtime.runtimeMain), '..', 'functions');
  const inside = sandbox !== undefined;
  const home = join(dir, 'home');
  if (!inside) await mkdir(home, { recursive: true, mode: 0o700 });
  const places = {
    task: inside ? '/var/task' : codeFolder,
    own: inside ? '/var/runtime' : ownFiles,
    socket: join(inside ? '/run/lambda' : socketDir, 'api.sock'),
    layers: inside ? '/opt' : (layersFolder ?? '/opt'),
    home: inside ? '/tmp' : home,
  };
  const readOnly = (from: string, to = from): Mount => ({ from, to, writable: false });
  const mounts = [
    readOnly(codeFolder, places.task),
    readOnly(ownFiles, places.own),
    readOnly(socketDir, dirname(places.socket)),
    ...(layersFolder ? [readOnly(layersFolder, '/opt')] : []),
    ...python.places.map((place) => readOnly(place)),
  ];
  // A file cannot be larger than the storage; how much all files have together is measured while the function runs.
  const blocks = String((EphemeralStorage?.Size ?? 512) * 2048);
  return {
    kind: 'process',
    dir,
    command: [
      '/bin/sh',
      '-c',
      'ulimit -f "$1"; ulimit -c 0; shift; exec "$@"',
      'sh',
      blocks,
      ...program(launch, places.own),
    ],
    env: await variablesOf(resources, launch, places, python),
    cwd: places.task,
    limits: {
      memoryBytes: MemorySize * mebibyte,
      cpus: Math.max(1, MemorySize / megabytesPerCpu),
      processes,
    },
    sandbox: { mounts, network: 'open', hosts: {}, user: 1000 },
  };
}

function program({ python }: Launch, own: string): readonly string[] {
  return [join(python.overlay, 'bin', 'python3'), join(own, 'bootstrap.py')];
}

type Places = Readonly<Record<'task' | 'own' | 'socket' | 'layers' | 'home', string>>;

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html: what the function sets itself cannot replace the reserved ones. */
async function variablesOf(
  { identity, sealer, endpoint }: LambdaResources,
  { fn, version, run, logStream }: Launch,
  { task, own, socket, layers, home }: Places,
  python: PythonEnvironment,
): Promise<Record<string, string>> {
  const { configuration } = version;
  const { region, name } = fn.row;
  const credentials = await identity.issueCredentials(
    { roleArn: configuration.Role ?? '', servicePrincipal, sessionName: name, sourceArn: functionArn(fn.row) },
    credentialsMs,
    run,
  );
  const { LogFormat, LogGroup, ApplicationLogLevel } = configuration.LoggingConfig ?? {};
  return {
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    PATH: [...python.path, '/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin'].join(':'),
    LD_LIBRARY_PATH: `${task}:${task}/lib:${layers}/lib`,
    HOME: home,
    AWS_ENDPOINT_URL: await endpoint,
    ...readVariables(sealer, version),
    _HANDLER: configuration.Handler ?? '',
    LAMBDA_TASK_ROOT: task,
    LAMBDA_RUNTIME_DIR: own,
    CLARY_LAYERS_ROOT: layers,
    CLARY_PYTHON: configuration.Runtime ?? '',
    AWS_LAMBDA_RUNTIME_API: `unix:${socket}`,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: version.version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(configuration.MemorySize),
    AWS_LAMBDA_LOG_GROUP_NAME: LogGroup ?? '',
    AWS_LAMBDA_LOG_STREAM_NAME: logStream,
    AWS_LAMBDA_LOG_FORMAT: LogFormat ?? 'Text',
    ...(ApplicationLogLevel && LogFormat === 'JSON' && { AWS_LAMBDA_LOG_LEVEL: ApplicationLogLevel }),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_EXECUTION_ENV: `AWS_Lambda_${configuration.Runtime}`,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
  };
}
