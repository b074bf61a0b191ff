/** `clary env`: what AWS SDKs and the AWS CLI read from the environment, for `eval "$(npx clary env)"`. */
import { get } from 'node:http';
import type { Arguments } from './command.ts';
import { type Installation, installationOptions, overTls, readInstallation } from './installation.ts';

const answerMs = 2000;

/** The variables by which unmodified AWS clients find the platform. */
export function variables({ endpoint, region, credentials, executionRoleArn }: Installation): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    ...(credentials.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: credentials.sessionToken }),
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    ...(executionRoleArn === undefined ? {} : { CLARY_EXECUTION_ROLE_ARN: executionRoleArn }),
  };
}

/** What makes them trust the platform's authority. The bundle, which holds the usual authorities too, for what speaks to others in the same shell. */
export const trusting = ({ authority, bundle }: { authority: string; bundle: string }) => ({
  AWS_CA_BUNDLE: bundle,
  NODE_EXTRA_CA_CERTS: authority,
  REQUESTS_CA_BUNDLE: bundle,
});

const quoted = (value: string) => `'${value.replaceAll("'", `'\\''`)}'`;

/** Lines for a shell, or JSON. A session's token that the shell still has would spoil a key that has none. */
export function printVariables(values: Readonly<Record<string, string>>, json: boolean): void {
  if (json) {
    console.log(JSON.stringify(values, null, 2));
    return;
  }
  if (process.env.AWS_SESSION_TOKEN && !values.AWS_SESSION_TOKEN) console.log('unset AWS_SESSION_TOKEN');
  for (const [name, value] of Object.entries(values)) console.log(`export ${name}=${quoted(value)}`);
}

/** The installation that the flags name, as the role that they name; warns where nothing answers there. */
export async function installationOf(
  command: string,
  args: Arguments,
): Promise<{ dataFolder: string; installation: Installation }> {
  const { dataFolder, port } = installationOptions(args);
  const installation = await readInstallation(dataFolder, port);
  const role = args.text('role');
  if (role !== undefined)
    return { dataFolder, installation: await (await import('./role-session.ts')).asRole(role, installation) };
  if (!(await answers(installation.endpoint)))
    console.error(
      `clary ${command}: warning: no Clary answers at ${installation.endpoint}\nRun \`npx clary up --data ${dataFolder}\`, or name its port with --port.`,
    );
  return { dataFolder, installation };
}

function answers(endpoint: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = get(`${endpoint}/_clary/health`, { timeout: answerMs }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    asked.on('timeout', () => asked.destroy()).on('error', () => resolve(false));
  });
}

export async function env(args: Arguments): Promise<void> {
  const { dataFolder, installation } = await installationOf('env', args);
  if (!args.on('tls')) return printVariables(variables(installation), args.on('json'));
  const secure = await overTls(dataFolder, installation);
  printVariables({ ...variables(secure), ...trusting(secure) }, args.on('json'));
}
