/** `clary env`: what AWS SDKs and the AWS CLI read from the environment, for `eval "$(npx clary env)"`. */
import { type Place, placeOptions, readPlace } from './place.ts';

/** The variables by which unmodified AWS clients find the platform. */
export function variables({ endpoint, region, credentials }: Place): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
  };
}

const quoted = (value: string) => `'${value.replaceAll("'", `'\\''`)}'`;

export async function env(args: readonly string[]): Promise<void> {
  const { dataFolder, port, json } = placeOptions(args);
  const values = variables(await readPlace(dataFolder, port));
  if (json) console.log(JSON.stringify(values, null, 2));
  else for (const [name, value] of Object.entries(values)) console.log(`export ${name}=${quoted(value)}`);
}
