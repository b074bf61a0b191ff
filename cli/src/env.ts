/** `clary env`: what AWS SDKs and the AWS CLI read from the environment, for `eval "$(npx clary env)"`. */
import { overTls, type Place, placeOptions, readPlace } from './place.ts';

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

/** What makes them trust the platform's authority. The bundle, which holds the usual authorities too, for what speaks to others in the same shell. */
async function trusting(dataFolder: string, place: Place): Promise<Record<string, string>> {
  const { authority, bundle, ...secure } = await overTls(dataFolder, place);
  return {
    ...variables(secure),
    AWS_CA_BUNDLE: bundle,
    NODE_EXTRA_CA_CERTS: authority,
    REQUESTS_CA_BUNDLE: bundle,
  };
}

const quoted = (value: string) => `'${value.replaceAll("'", `'\\''`)}'`;

export async function env(args: readonly string[]): Promise<void> {
  const { dataFolder, port, json, tls } = placeOptions(args);
  const place = await readPlace(dataFolder, port);
  const values = tls ? await trusting(dataFolder, place) : variables(place);
  if (json) console.log(JSON.stringify(values, null, 2));
  else for (const [name, value] of Object.entries(values)) console.log(`export ${name}=${quoted(value)}`);
}
