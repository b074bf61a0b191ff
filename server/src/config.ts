/** Every setting: its name, flag, environment variable, default and meaning. The only reader of the environment and the command line. */
import { existsSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { blobSettings } from './blob-settings.ts';
import { closest } from './kit/closest.ts';
import {
  type Environment,
  oneOf,
  onOff,
  parsed,
  type Setting,
  SettingError,
  type SettingValues,
  text,
  wholeNumber,
} from './kit/setting.ts';
import { serviceSettings } from './services/modules.ts';

/** The settings of the server itself; those of a service are in its folder. */
const serverSettings = {
  dataDir: parsed({
    flag: 'data',
    default: '$XDG_DATA_HOME/clary, else ~/.local/share/clary',
    doc: 'Folder of all data of the platform.',
    parse: ({ value, env }) => resolve(value ?? join(env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'clary')),
  }),
  database: text({
    flag: 'database',
    default: 'sqlite',
    doc: 'sqlite (a file in the data folder), or postgres://user@host:port/database?schema=clary. The password may come from PGPASSWORD or ~/.pgpass.',
  }),
  ...blobSettings,
  host: text({
    flag: 'host',
    default: '127.0.0.1',
    doc: 'Address to listen on.',
  }),
  port: wholeNumber({
    flag: 'port',
    default: '4566',
    doc: 'Port to listen on; 0 selects a free port.',
    most: 65_535,
  }),
  domain: parsed({
    flag: 'domain',
    default: 'localhost',
    doc: 'Domain below which buckets are hosts: <bucket>.s3.<domain>, <bucket>.s3.<region>.<domain> and <bucket>.<domain>. The certificate covers it too.',
    parse: ({ value = 'localhost' }) => value.toLowerCase(),
  }),
  region: text({
    flag: 'region',
    default: 'us-east-1',
    doc: 'The region that `clary env` prints and that the platform itself uses. Requests signed for any other region are served too.',
  }),
  account: text({
    flag: 'account',
    default: '000000000000',
    doc: 'The account, twelve digits. Fixed at the first start in a data folder.',
  }),
  logLevel: oneOf(['debug', 'info', 'warn', 'error', 'silent'], {
    flag: 'log-level',
    default: 'info',
    doc: 'debug (one line for each request), info, warn, error or silent. The log is written to standard error.',
  }),
  anyCredentials: onOff({
    flag: 'any-credentials',
    default: 'off',
    doc: 'Accept any access key without a signature check, as emulators do. A key that the platform issued acts as its owner; a key of twelve digits acts as the account with that number. Loopback only.',
  }),
  allowReset: onOff({
    flag: 'allow-reset',
    default: 'off',
    doc: 'Add POST /_clary/reset, which deletes everything. Needs the administrator’s secret key as a bearer token, or --any-credentials.',
  }),
  sandbox: oneOf(['auto', 'required', 'off'], {
    flag: 'sandbox',
    default: 'auto',
    doc: 'How programs of jobs are sandboxed: auto (with bubblewrap if it works, else no sandbox and a warning), required (the server does not start without it) or off.',
  }),
  containerSockets: parsed({
    flag: 'container-socket',
    default:
      'the first that exists of $DOCKER_HOST, /var/run/docker.sock, /run/podman/podman.sock, $XDG_RUNTIME_DIR/podman/podman.sock',
    doc: 'Unix socket of the container engine (Docker, or `podman system service`) that runs images as containers. Without an engine, jobs and models that need such an image are refused.',
    /** Candidates: the first that exists is used. */
    parse: ({ value, env }): readonly string[] => (value === undefined ? usualSockets(env) : [resolve(value)]),
  }),
  pullImages: onOff({
    flag: 'pull-images',
    default: 'off',
    doc: 'Let the container engine pull an image that is not on this machine. An image that is present is never pulled again.',
  }),
  python: text({
    flag: 'python',
    default: 'python3',
    doc: 'The Python that opens models which only Python opens (scikit-learn, TorchScript, SavedModel) for the validation gate and the check of versions. It needs their packages. If this is not set, an environment of script jobs that has them is preferred to it.',
  }),
  durability: oneOf(['power', 'process'], {
    flag: 'durability',
    default: 'power',
    doc: 'What acknowledged objects survive: power (every write is flushed to the disk) or process (a kill of the server).',
  }),
  executionRole: onOff({
    flag: 'execution-role',
    default: 'on',
    doc: 'Create the role AmazonSageMaker-ExecutionRole for jobs and models at the first start. It is created only once, even if it is deleted later. --no-execution-role leaves the account empty.',
  }),
  readyJson: onOff({
    flag: 'ready-json',
    default: 'off',
    doc: 'Print one line of JSON instead of the banner when ready, for programs that start the server.',
  }),
};

/** docs/configuration.md is generated from this table. */
export const settings = { ...serverSettings, ...serviceSettings };

export interface Config extends SettingValues<typeof settings> {
  readonly nodePath: string;
  readonly runtimeMain: string;
  readonly runtimePaths: readonly string[];
  readonly cacheDir: string;
  readonly runtimeEnvironment: Readonly<Record<string, string>>;
}

/** The variables that are passed to the platform's own algorithms: enough to find Python and to fetch a pinned package through a proxy. */
const passedVariables =
  /^(PATH|HOME|LANG|LC_ALL|TMPDIR|XDG_CACHE_HOME|CLARY_CACHE_DIR|PIP_.*|PYENV_ROOT|UV_.*|https?_proxy|no_proxy|HTTPS?_PROXY|NO_PROXY|SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE)$/;

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

const usualSockets = (env: Environment): string[] => [
  ...(env.DOCKER_HOST?.startsWith('unix://') ? [env.DOCKER_HOST.slice('unix://'.length)] : []),
  '/var/run/docker.sock',
  '/run/podman/podman.sock',
  ...(env.XDG_RUNTIME_DIR ? [join(env.XDG_RUNTIME_DIR, 'podman', 'podman.sock')] : []),
];

/** Throws SettingError. */
export function readConfig(args: readonly string[], env: Environment): Config {
  const given = parse(args, env);
  const source = (flag: string) => given[flag]?.source ?? `--${flag}`;
  const values = Object.fromEntries(
    Object.entries<Setting>(settings).map(([name, setting]) => [
      name,
      setting.read({ value: given[setting.flag]?.value, source: source(setting.flag), env }),
    ]),
  ) as SettingValues<typeof settings>;
  const cacheDir = env.CLARY_CACHE_DIR || join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'clary');
  const runtimeMain = packageFile('@clary/runtime', join('src', 'main.ts'));
  const config: Config = {
    ...values,
    nodePath: process.execPath,
    runtimeMain,
    runtimePaths: [process.execPath, ...packagePaths(runtimeMain), ...pythonPaths(values.python, env), cacheDir],
    cacheDir,
    runtimeEnvironment: {
      ...Object.fromEntries(
        Object.entries(env).filter(
          (entry): entry is [string, string] => passedVariables.test(entry[0]) && entry[1] !== undefined,
        ),
      ),
      ...(given.python && { CLARY_PYTHON: given.python.value }),
      // Type stripping is most of a small process's start; its result is kept.
      NODE_COMPILE_CACHE: join(cacheDir, 'compiled'),
    },
  };
  check(config, (name) => source(settings[name].flag));
  return config;
}

function check(config: Config, source: (name: keyof typeof settings) => string): void {
  if (config.database !== 'sqlite' && !/^postgres(ql)?:\/\/[^/]*\/[^/?]+/.test(config.database))
    throw new SettingError(`${source('database')} must be sqlite or look like postgres://user@host:5432/database`);
  if (!/^\d{12}$/.test(config.account))
    throw new SettingError(`${source('account')} must be twelve digits, not "${config.account}"`);
  if (!/^[a-z]{2,4}(-[a-z]+)+-\d$/.test(config.region))
    throw new SettingError(`${source('region')} must look like us-east-1, not "${config.region}"`);
  if (!/^(?=.{1,200}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/.test(config.domain))
    throw new SettingError(
      `${source('domain')} must be a host name like localhost or s3.example.com, not "${config.domain}"`,
    );
  if (config.anyCredentials && !['127.0.0.1', '::1', 'localhost'].includes(config.host)) {
    throw new SettingError(
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
    if (value === '') throw new SettingError(`--${flag} must not be empty`);
    given[flag] = { value: typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value), source: `--${flag}` };
  }
  return given;
}

/** A misspelt value must not enable what the correct one would have disabled. */
function switchOf(value: string, source: string): 'on' | 'off' {
  if (/^(1|true|on|yes)$/i.test(value)) return 'on';
  if (/^(0|false|off|no)$/i.test(value)) return 'off';
  throw new SettingError(`${source} must be on or off, not "${value}"`);
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
    throw new SettingError(
      `${explainArguments(error as Error, all)}\n\`clary up --help\` lists every flag with its default.`,
    );
  }
}
