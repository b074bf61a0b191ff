/** Every setting: its name, flag, environment variable, default and meaning. The only reader of the environment and the command line. */
import { existsSync, realpathSync } from 'node:fs';
import { availableParallelism, homedir, totalmem } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { closest } from './kit/closest.ts';
import type { LogLevel } from './kit/log.ts';

export interface Setting {
  readonly flag: string;
  readonly kind: 'text' | 'number' | 'switch';
  readonly default: string;
  readonly doc: string;
}

/** docs/configuration.md is generated from this table. The variable of `--any-flag` is CLARY_ANY_FLAG. */
export const settings = {
  data: {
    flag: 'data',
    kind: 'text',
    default: '$XDG_DATA_HOME/clary, else ~/.local/share/clary',
    doc: 'Folder of all data of the platform.',
  },
  database: {
    flag: 'database',
    kind: 'text',
    default: 'sqlite',
    doc: 'sqlite (a file in the data folder), or postgres://user@host:port/database?schema=clary. The password may come from PGPASSWORD or ~/.pgpass.',
  },
  blobs: {
    flag: 'blobs',
    kind: 'text',
    default: 'files',
    doc: 'Where the bytes of objects are: files (in the data folder), or s3://bucket/prefix at any S3 endpoint. Objects of up to 64 KiB are in the database in both cases.',
  },
  blobsEndpoint: {
    flag: 'blobs-endpoint',
    kind: 'text',
    default: 'the endpoint of AWS in the region',
    doc: 'Address of the S3 endpoint of --blobs, as http://127.0.0.1:9000.',
  },
  blobsRegion: {
    flag: 'blobs-region',
    kind: 'text',
    default: '$AWS_REGION, else $AWS_DEFAULT_REGION, else --region',
    doc: 'Region of the bucket of --blobs.',
  },
  blobsCredentials: {
    flag: 'blobs-credentials',
    kind: 'text',
    default: '$AWS_ACCESS_KEY_ID and $AWS_SECRET_ACCESS_KEY, else what the AWS SDKs find',
    doc: 'File with the credentials for --blobs: JSON with accessKeyId and secretAccessKey, as in the credentials.json of another Clary. It is read at the start.',
  },
  host: { flag: 'host', kind: 'text', default: '127.0.0.1', doc: 'Address to listen on.' },
  port: { flag: 'port', kind: 'number', default: '4566', doc: 'Port to listen on; 0 selects a free port.' },
  domain: {
    flag: 'domain',
    kind: 'text',
    default: 'localhost',
    doc: 'Domain below which buckets are hosts: <bucket>.s3.<domain>, <bucket>.s3.<region>.<domain> and <bucket>.<domain>. The certificate covers it too.',
  },
  region: {
    flag: 'region',
    kind: 'text',
    default: 'us-east-1',
    doc: 'The region that `clary env` prints and that the platform itself uses. Requests signed for any other region are served too.',
  },
  account: {
    flag: 'account',
    kind: 'text',
    default: '000000000000',
    doc: 'The account, twelve digits. Fixed at the first start in a data folder.',
  },
  logLevel: {
    flag: 'log-level',
    kind: 'text',
    default: 'info',
    doc: 'debug (one line for each request), info, warn, error or silent. The log is written to standard error.',
  },
  anyCredentials: {
    flag: 'any-credentials',
    kind: 'switch',
    default: 'off',
    doc: 'Accept any access key without a signature check, as emulators do. A key that the platform issued acts as its owner; a key of twelve digits acts as the account with that number. Loopback only.',
  },
  allowReset: {
    flag: 'allow-reset',
    kind: 'switch',
    default: 'off',
    doc: 'Add POST /_clary/reset, which deletes everything. Needs the administrator’s secret key as a bearer token, or --any-credentials.',
  },
  requireApproved: {
    flag: 'require-approved-model-package',
    kind: 'switch',
    default: 'on',
    doc: 'Refuse CreateModel from a model package version whose approval status is not Approved. AWS does not refuse it. --no-require-approved-model-package turns it off.',
  },
  captureFlushMs: {
    flag: 'capture-flush-ms',
    kind: 'number',
    default: '1000',
    doc: 'How long captured requests stay in memory before they are written to S3, in milliseconds.',
  },
  metricsFlushMs: {
    flag: 'metrics-flush-ms',
    kind: 'number',
    default: '1000',
    doc: 'How long metrics of endpoints stay in memory before they are published, in milliseconds.',
  },
  jobCores: {
    flag: 'job-cores',
    kind: 'number',
    default: 'the number of cores, at least 2',
    doc: 'Cores that jobs share. An instance type requests its vCPUs (ml.m5.large: 2), at most all of these. Jobs that do not fit wait in the order of creation.',
  },
  jobMemoryGiB: {
    flag: 'job-memory-gib',
    kind: 'number',
    default: 'the memory of the machine, at least 8',
    doc: 'Memory that jobs share, in GiB. An instance type requests its own memory (ml.m5.large: 8), at most all of this.',
  },
  sandbox: {
    flag: 'sandbox',
    kind: 'text',
    default: 'auto',
    doc: 'How programs of jobs are sandboxed: auto (with bubblewrap if it works, else no sandbox and a warning), required (the server does not start without it) or off.',
  },
  pythonEnvironment: {
    flag: 'python-environment',
    kind: 'text',
    default: 'none',
    doc: 'Pythons of this machine to use as environments of script jobs: <environment or framework>=<program>, separated by commas (pytorch=/usr/bin/python3). Other environments are built from their lock files.',
  },
  containerSocket: {
    flag: 'container-socket',
    kind: 'text',
    default:
      'the first that exists of $DOCKER_HOST, /var/run/docker.sock, /run/podman/podman.sock, $XDG_RUNTIME_DIR/podman/podman.sock',
    doc: 'Unix socket of the container engine (Docker, or `podman system service`) that runs images as containers. Without an engine, jobs and models that need such an image are refused.',
  },
  pullImages: {
    flag: 'pull-images',
    kind: 'switch',
    default: 'off',
    doc: 'Let the container engine pull an image that is not on this machine. An image that is present is never pulled again.',
  },
  images: {
    flag: 'images',
    kind: 'text',
    default: 'none',
    doc: 'File that maps images to the way they run: a JSON list of {"pattern": "my-registry/*", "runs": "container"}; runs is container, xgboost, evaluate or python:<environment> (clary environments names them), and the first match applies.',
  },
  python: {
    flag: 'python',
    kind: 'text',
    default: 'python3',
    doc: 'The Python that opens models which only Python opens (scikit-learn, TorchScript, SavedModel) for the validation gate and the check of versions. It needs their packages. If this is not set, an environment of script jobs that has them is preferred to it.',
  },
  auditReads: {
    flag: 'audit-reads',
    kind: 'switch',
    default: 'off',
    doc: 'Record calls that read data (objects, predictions, metrics, log events) in the audit trail too. Calls about the resources themselves are always recorded.',
  },
  auditWrites: {
    flag: 'audit-writes',
    kind: 'switch',
    default: 'off',
    doc: 'Record calls that write data (objects, metrics, log events) in the audit trail too.',
  },
  durability: {
    flag: 'durability',
    kind: 'text',
    default: 'power',
    doc: 'What acknowledged objects survive: power (every write is flushed to the disk) or process (a kill of the server).',
  },
  defaultEncryption: {
    flag: 'default-encryption',
    kind: 'text',
    default: 'none',
    doc: 'Encryption at rest of objects for which neither the request nor the bucket specifies one: none, or AES256, the default of AWS since 2023.',
  },
  executionRole: {
    flag: 'execution-role',
    kind: 'switch',
    default: 'on',
    doc: 'Create the role AmazonSageMaker-ExecutionRole for jobs and models at the first start. It is created only once, even if it is deleted later. --no-execution-role leaves the account empty.',
  },
  readyJson: {
    flag: 'ready-json',
    kind: 'switch',
    default: 'off',
    doc: 'Print one line of JSON instead of the banner when ready, for programs that start the server.',
  },
} as const satisfies Record<string, Setting>;

export interface Config {
  readonly dataDir: string;
  readonly database: string;
  /** files, or s3://bucket/prefix. */
  readonly blobs: string;
  readonly blobsEndpoint: string | undefined;
  readonly blobsRegion: string;
  /** Absolute. */
  readonly blobsCredentialsFile: string | undefined;
  readonly host: string;
  readonly port: number;
  readonly domain: string;
  readonly region: string;
  readonly account: string;
  readonly logLevel: LogLevel;
  readonly anyCredentials: boolean;
  readonly allowReset: boolean;
  readonly requireApprovedModelPackage: boolean;
  readonly captureFlushMs: number;
  readonly metricsFlushMs: number;
  /** Candidate sockets of a container engine; the first that exists is used. */
  readonly containerSockets: readonly string[];
  readonly pullImages: boolean;
  /** Absolute. */
  readonly imagesFile: string | undefined;
  readonly jobCores: number;
  readonly jobMemoryGiB: number;
  readonly python: string;
  readonly auditReads: boolean;
  readonly auditWrites: boolean;
  readonly durability: 'power' | 'process';
  readonly defaultEncryption: 'AES256' | 'none';
  readonly executionRole: boolean;
  readonly readyJson: boolean;
  readonly nodePath: string;
  readonly runtimeMain: string;
  readonly runtimePaths: readonly string[];
  readonly cacheDir: string;
  readonly sandbox: 'auto' | 'required' | 'off';
  readonly pythonEnvironments: Readonly<Record<string, string>>;
  readonly runtimeEnvironment: Readonly<Record<string, string>>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** An invalid setting. The message says which one, why and how to fix it. */
export class ConfigError extends Error {}

/** The variables that are passed to the platform's own algorithms: enough to find Python and to fetch a pinned package through a proxy. */
const passedVariables =
  /^(PATH|HOME|LANG|LC_ALL|TMPDIR|XDG_CACHE_HOME|CLARY_CACHE_DIR|PIP_.*|PYENV_ROOT|UV_.*|https?_proxy|no_proxy|HTTPS?_PROXY|NO_PROXY|SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE)$/;

/** The longest delay of setTimeout: a longer one fires at once. */
const longestTimer = 2 ** 31 - 1;

const packageFile = (name: string, file: string) =>
  join(dirname(fileURLToPath(import.meta.resolve(`${name}/package.json`))), file);

/** The package of a file, and the folders in which Node looks for what that imports. */
function packagePaths(file: string): string[] {
  const home = dirname(dirname(file));
  const above: string[] = [];
  for (let folder = home; folder !== dirname(folder); folder = dirname(folder))
    above.push(join(folder, 'node_modules'));
  return [home, ...above.filter((folder) => existsSync(folder))];
}

/** The folders of a Python that is not the system's. */
function pythonPaths(python: string, env: Environment): string[] {
  const folders = isAbsolute(python) ? [''] : (env.PATH ?? '').split(':').filter(isAbsolute);
  const found = folders.map((folder) => join(folder, python)).find((file) => existsSync(file));
  if (!found) return [];
  const prefixes = [found, realpathSync(found)].map((file) => dirname(dirname(file)));
  return [...new Set(prefixes)].filter((prefix) => !/^\/(usr(\/.*)?)?$/.test(prefix));
}

export function readConfig(args: readonly string[], env: Environment): Config {
  const given = parse(args, env);
  const text = (name: keyof typeof settings, usual: string = settings[name].default) =>
    given[settings[name].flag]?.value ?? usual;
  /** The flag or variable with which the user set it. */
  const source = (name: keyof typeof settings) => given[settings[name].flag]?.source ?? `--${settings[name].flag}`;
  const number = (
    name: keyof typeof settings,
    { least = 0, most = longestTimer, usual = settings[name].default as string } = {},
  ) => {
    const value = text(name, usual);
    if (!/^\d+$/.test(value)) throw new ConfigError(`${source(name)} must be a whole number, not "${value}"`);
    if (Number(value) < least) throw new ConfigError(`${source(name)} must be at least ${least}, not ${value}`);
    if (Number(value) > most) throw new ConfigError(`${source(name)} must be at most ${most}, not ${value}`);
    return Number(value);
  };
  const on = (name: keyof typeof settings) => text(name) === 'on';
  const choice = <T extends string>(name: keyof typeof settings, ...values: T[]): T => {
    const value = values.find((candidate) => candidate === text(name));
    if (!value) throw new ConfigError(`${source(name)} must be one of ${values.join(', ')}, not "${text(name)}"`);
    return value;
  };
  const cache = env.CLARY_CACHE_DIR || join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'clary');
  const runtimeMain = packageFile('@clary/runtime', join('src', 'main.ts'));
  const config: Config = {
    dataDir: resolve(given.data?.value ?? join(env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'clary')),
    database: text('database'),
    blobs: text('blobs'),
    blobsEndpoint: given['blobs-endpoint']?.value,
    blobsRegion: given['blobs-region']?.value ?? (env.AWS_REGION || env.AWS_DEFAULT_REGION || text('region')),
    blobsCredentialsFile: given['blobs-credentials'] && resolve(given['blobs-credentials'].value),
    host: text('host'),
    port: number('port', { most: 65_535 }),
    domain: text('domain').toLowerCase(),
    region: text('region'),
    account: text('account'),
    logLevel: choice('logLevel', 'debug', 'info', 'warn', 'error', 'silent'),
    anyCredentials: on('anyCredentials'),
    allowReset: on('allowReset'),
    requireApprovedModelPackage: on('requireApproved'),
    captureFlushMs: number('captureFlushMs'),
    metricsFlushMs: number('metricsFlushMs'),
    containerSockets: given['container-socket']
      ? [resolve(given['container-socket'].value)]
      : [
          ...(env.DOCKER_HOST?.startsWith('unix://') ? [env.DOCKER_HOST.slice('unix://'.length)] : []),
          '/var/run/docker.sock',
          '/run/podman/podman.sock',
          ...(env.XDG_RUNTIME_DIR ? [join(env.XDG_RUNTIME_DIR, 'podman', 'podman.sock')] : []),
        ],
    pullImages: on('pullImages'),
    imagesFile: given.images && resolve(given.images.value),
    jobCores: number('jobCores', { least: 1, usual: String(Math.max(2, availableParallelism())) }),
    jobMemoryGiB: number('jobMemoryGiB', { least: 1, usual: String(Math.max(8, Math.floor(totalmem() / 2 ** 30))) }),
    python: text('python'),
    auditReads: on('auditReads'),
    auditWrites: on('auditWrites'),
    durability: choice('durability', 'power', 'process'),
    defaultEncryption: choice('defaultEncryption', 'none', 'AES256'),
    executionRole: on('executionRole'),
    readyJson: on('readyJson'),
    nodePath: process.execPath,
    runtimeMain,
    runtimePaths: [process.execPath, ...packagePaths(runtimeMain), ...pythonPaths(text('python'), env), cache],
    cacheDir: cache,
    sandbox: choice('sandbox', 'auto', 'required', 'off'),
    pythonEnvironments: pythonEnvironments(text('pythonEnvironment'), source('pythonEnvironment')),
    runtimeEnvironment: {
      ...Object.fromEntries(
        Object.entries(env).filter(
          (entry): entry is [string, string] => passedVariables.test(entry[0]) && entry[1] !== undefined,
        ),
      ),
      ...(given.python && { CLARY_PYTHON: given.python.value }),
      // Type stripping is most of a small process's start; its result is kept.
      NODE_COMPILE_CACHE: join(cache, 'compiled'),
    },
  };
  check(config, source);
  return config;
}

function pythonEnvironments(given: string, source: string): Record<string, string> {
  if (given === settings.pythonEnvironment.default) return {};
  const pairs = given.split(',').map((pair) => /^\s*([\w.-]+)=(\/.+?)\s*$/.exec(pair));
  if (pairs.includes(null))
    throw new ConfigError(`${source} must look like pytorch=/usr/bin/python3,name=/other/python3, not "${given}"`);
  return Object.fromEntries(pairs.map((pair) => [pair?.[1], pair?.[2]]));
}

function check(config: Config, source: (name: keyof typeof settings) => string): void {
  if (config.database !== 'sqlite' && !/^postgres(ql)?:\/\/[^/]*\/[^/?]+/.test(config.database))
    throw new ConfigError(`${source('database')} must be sqlite or look like postgres://user@host:5432/database`);
  if (config.blobs !== 'files' && !/^s3:\/\/[a-z0-9][a-z0-9.-]+[a-z0-9](\/[\w!.*'()/-]*)?$/.test(config.blobs))
    throw new ConfigError(`${source('blobs')} must be files or look like s3://bucket/prefix, not "${config.blobs}"`);
  if (config.blobsEndpoint?.includes('@'))
    throw new ConfigError(`${source('blobsEndpoint')} must be an address without credentials: use --blobs-credentials`);
  if (config.blobsEndpoint !== undefined && !/^https?:\/\/[^/@]+\/?$/.test(config.blobsEndpoint))
    throw new ConfigError(
      `${source('blobsEndpoint')} must look like http://127.0.0.1:9000, not "${config.blobsEndpoint}"`,
    );
  if (!/^\d{12}$/.test(config.account))
    throw new ConfigError(`${source('account')} must be twelve digits, not "${config.account}"`);
  if (!/^[a-z]{2,4}(-[a-z]+)+-\d$/.test(config.region))
    throw new ConfigError(`${source('region')} must look like us-east-1, not "${config.region}"`);
  if (!/^(?=.{1,200}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/.test(config.domain))
    throw new ConfigError(
      `${source('domain')} must be a host name like localhost or s3.example.com, not "${config.domain}"`,
    );
  if (config.anyCredentials && !['127.0.0.1', '::1', 'localhost'].includes(config.host)) {
    throw new ConfigError(
      `${source('anyCredentials')} gives every client that reaches the server full access: it needs --host 127.0.0.1, not ${config.host}`,
    );
  }
}

interface Given {
  readonly value: string;
  /** The flag or the variable. */
  readonly source: string;
}

/** Flags beat variables; an empty variable is none. Switches are 'on' or 'off'. */
function parse(args: readonly string[], env: Environment): Record<string, Given | undefined> {
  const all: readonly Setting[] = Object.values(settings);
  const given: Record<string, Given | undefined> = {};
  for (const { flag, kind } of all) {
    const source = `CLARY_${flag.replaceAll('-', '_').toUpperCase()}`;
    const value = env[source];
    if (value) given[flag] = { value: kind === 'switch' ? switchOf(value, source) : value, source };
  }
  for (const [flag, value] of Object.entries(flagsOf(args, all))) {
    if (value === '') throw new ConfigError(`--${flag} must not be empty`);
    given[flag] = { value: typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value), source: `--${flag}` };
  }
  return given;
}

/** A misspelt value must not enable what the correct one would have disabled. */
function switchOf(value: string, source: string): 'on' | 'off' {
  if (/^(1|true|on|yes)$/i.test(value)) return 'on';
  if (/^(0|false|off|no)$/i.test(value)) return 'off';
  throw new ConfigError(`${source} must be on or off, not "${value}"`);
}

/** What is wrong with an argument, and the flag that was probably meant. */
function explainArguments({ message }: Error, all: readonly Setting[]): string {
  const [, flag] = /^Unknown option '--(?:no-)?([^']*)'/.exec(message) ?? [];
  if (flag === undefined) return message.split('. ')[0] ?? message;
  const meant = closest(
    flag,
    all.map((setting) => setting.flag),
  );
  return `there is no flag --${flag}${meant ? `: did you mean --${meant}?` : ''}`;
}

function flagsOf(args: readonly string[], all: readonly Setting[]) {
  const options = Object.fromEntries(
    all.map(({ flag, kind }) => [flag, { type: kind === 'switch' ? ('boolean' as const) : ('string' as const) }]),
  );
  try {
    return parseArgs({ args: [...args], options, allowNegative: true }).values;
  } catch (error) {
    throw new ConfigError(
      `${explainArguments(error as Error, all)}\n\`clary up --help\` lists every flag with its default.`,
    );
  }
}
