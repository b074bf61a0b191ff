/**
 * How a request is written, judged by its headers and signature alone: this decides the format of errors before the service is known. Uses the catalog
 * and no service's name.
 */
import {
  type CatalogEntry,
  catalog,
  otherXmlServices,
  type ProtocolName,
  type ServiceName,
} from '../models/catalog.ts';
import type { WireTraits } from '../models/wire-traits.ts';
import type { WireRequest } from '../wire/protocol.ts';
import { protocols } from '../wire/protocols.ts';

/** The protocol of a request with the traits of the service that it is for. */
export interface RequestFormat {
  readonly protocol: ProtocolName;
  readonly traits: WireTraits;
}

const entries = Object.entries(catalog) as [ServiceName, CatalogEntry][];

function formatsWith(traits: WireTraits): Readonly<Record<ProtocolName, RequestFormat>> {
  const formats = Object.keys(protocols).map((protocol) => [protocol, { protocol, traits }]);
  return Object.fromEntries(formats);
}

/** Made once, so that no request makes its own. */
const formatsByService = new Map(entries.map(([name, { traits = {} }]) => [name, formatsWith(traits)]));
const formatsWithoutTraits = formatsWith({});

const isRest = (protocol: ProtocolName | undefined) => protocol === 'rest-json' || protocol === 'rest-xml';

export function formatOf(service: ServiceName, protocol: ProtocolName): RequestFormat {
  return (formatsByService.get(service) ?? formatsWithoutTraits)[protocol];
}

/** The format of a service's calls that do not come over HTTP. */
export function firstFormatOf(service: ServiceName): RequestFormat {
  return formatOf(service, catalog[service].protocols[0] ?? 'aws-json-1.1');
}

/** REST services by the service in their signatures: nothing else in a request distinguishes them. */
const restFormats = new Map<string, RequestFormat>(
  [...otherXmlServices].map(([signingName, traits]) => [signingName, formatsWith(traits)['rest-xml']]),
);
for (const [name, { signingName, protocols: spoken }] of entries) {
  if (isRest(spoken[0])) restFormats.set(signingName, firstFormatOf(name));
}

const [defaultName, defaultEntry] = entries.find(([, { traits }]) => traits?.takesUnnamedRequests) ?? [];
if (defaultName === undefined || defaultEntry === undefined) throw new TypeError('no service takes unnamed requests');

/** The service that unnamed requests are for, and the region of those whose signature names none. */
export const defaultService = {
  name: defaultName,
  signingName: defaultEntry.signingName,
  region: 'us-east-1',
  format: firstFormatOf(defaultName),
} as const;

const signingNames: ReadonlySet<string> = new Set(entries.map(([, { signingName }]) => signingName));

/** `signingName`: the service in the signature's scope; undefined for a request without one. */
export function guessFormat(
  { headers, query }: Pick<WireRequest, 'headers' | 'query'>,
  signingName: string | undefined,
): RequestFormat {
  if (headers['smithy-protocol'] === 'rpc-v2-cbor') return formatsWithoutTraits['rpc-v2-cbor'];
  if (headers['x-amz-target'] !== undefined) {
    return formatsWithoutTraits[headers['content-type']?.includes('json-1.0') ? 'aws-json-1.0' : 'aws-json-1.1'];
  }
  // Precedes the test of the content type: a body that a REST service stores or forwards may be a form.
  const rest = signingName === undefined ? undefined : restFormats.get(signingName);
  if (rest) return rest;
  if (headers['content-type']?.startsWith('application/x-www-form-urlencoded')) return formatsWithoutTraits.query;
  if (signingName === undefined) return defaultService.format;
  const isQuery = signingNames.has(signingName) || /(^|&)Action=/.test(query);
  return formatsWithoutTraits[isQuery ? 'query' : 'rest-json'];
}
