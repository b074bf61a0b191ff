/** A platform's data folder and address, by the settings of `clary up`. */
import { access, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Arguments, UsageError } from './command.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface Installation {
  readonly endpoint: string;
  readonly region: string;
  readonly account: string;
  readonly credentials: Credentials;
  /** Made at the first start; undefined where none was. */
  readonly executionRoleArn: string | undefined;
}

const defaultDataFolder = () =>
  process.env.CLARY_DATA || join(process.env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'clary');

/** The platform below `dataFolder`; throws an Error whose message says how to fix it. */
export async function readInstallation(dataFolder: string, port: string | undefined): Promise<Installation> {
  const file = join(dataFolder, 'credentials.json');
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw new Error(`${file} cannot be read: ${error.message}`);
    throw new Error(
      `no platform has been started in ${dataFolder} yet: ${file} is missing\nRun \`npx clary up\` first, or name its folder with --data.`,
    );
  });
  const stored = parseStored(text, file);
  return {
    endpoint: port ? `http://127.0.0.1:${port}` : (stored.endpoint ?? 'http://127.0.0.1:4566'),
    region: stored.region ?? 'us-east-1',
    account: stored.account ?? '',
    credentials: { accessKeyId: stored.accessKeyId, secretAccessKey: stored.secretAccessKey },
    executionRoleArn: stored.executionRoleArn,
  };
}

function parseStored(
  text: string,
  file: string,
): Credentials & { region?: string; account?: string; endpoint?: string; executionRoleArn?: string } {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} is no JSON: ${(error as Error).message}`);
  }
}

/** The same platform behind TLS, and where its authority's certificate is. */
export async function overTls(
  dataFolder: string,
  installation: Installation,
): Promise<Installation & { authority: string; bundle: string }> {
  const authority = join(dataFolder, 'tls', 'ca.pem');
  await access(authority).catch(() => {
    throw new Error(`${authority} is missing: it is made when the platform starts, by \`npx clary up\``);
  });
  const endpoint = installation.endpoint.replace(/^http:/, 'https:');
  return { ...installation, endpoint, authority, bundle: join(dataFolder, 'tls', 'bundle.pem') };
}

/** Where the platform of a command's flags is. */
export function installationOptions(args: Arguments) {
  const port = args.text('port');
  if (port !== undefined && !(/^\d+$/.test(port) && Number(port) <= 65_535))
    throw new UsageError(`--port must be a whole number up to 65535, not "${port}"`);
  return { dataFolder: resolve(args.text('data') ?? defaultDataFolder()), port };
}
