/** Determines service, protocol and operation of a request. Uses the catalog and no service's name. */
import type { Service } from '../contract/service.ts';
import { catalog, type ProtocolName, type ServiceName } from '../models/catalog.ts';
import { loadServiceModel, type OperationModel, type ServiceModel } from '../models/service-model.ts';
import type { WireRequest } from '../wire/protocol.ts';
import { protocols } from '../wire/protocols.ts';
import { notBuilt } from './refusals.ts';

export interface Destination {
  readonly service: Service;
  readonly model: ServiceModel;
  readonly protocol: ProtocolName;
}

/** The protocol by the request's look alone: it decides the shape of errors before the service is known. */
export function protocolOf(
  { headers, query }: Pick<WireRequest, 'headers' | 'query'>,
  signingName: string | undefined,
): ProtocolName {
  if (headers['smithy-protocol'] === 'rpc-v2-cbor') return 'rpc-v2-cbor';
  const target = headers['x-amz-target'];
  if (target !== undefined) return headers['content-type']?.includes('json-1.0') ? 'aws-json-1.0' : 'aws-json-1.1';
  const entry = Object.values(catalog).find(
    (candidate) => candidate.signingName === signingName && isRest(candidate.protocols[0]),
  );
  // Comes before the body's type: a body that a REST service stores or passes on may be a form.
  if (entry) return entry.protocols[0] ?? 'rest-xml';
  if (headers['content-type']?.startsWith('application/x-www-form-urlencoded')) return 'query';
  if (signingName === undefined || restXmlElsewhere.has(signingName)) return 'rest-xml';
  const isQuery = isKnown(signingName) || /(^|&)Action=/.test(query);
  return isQuery ? 'query' : 'rest-json';
}

/** Of the services that are not in the catalog, those that answer in XML; the others that look like REST (Lambda) answer in JSON. */
const restXmlElsewhere: ReadonlySet<string> = new Set(['s3', 's3express', 'route53', 'cloudfront']);

const isKnown = (signingName: string) => Object.values(catalog).some((entry) => entry.signingName === signingName);

const isRest = (protocol: ProtocolName | undefined) => protocol === 'rest-json' || protocol === 'rest-xml';

const models = new Map<ServiceName, ServiceModel>();

/** Synchronous once the model is loaded. */
export function modelFor(name: ServiceName): ServiceModel | Promise<ServiceModel> {
  return (
    models.get(name) ??
    loadServiceModel(name).then((model) => {
      models.set(name, model);
      return model;
    })
  );
}

/** The service that a signed request is for; undefined where no service of the catalog speaks so. */
export function serviceOf(
  protocol: ProtocolName,
  request: Pick<WireRequest, 'headers'>,
  signingName: string,
  services: ReadonlyMap<ServiceName, Service>,
): Service | undefined {
  for (const service of services.values()) {
    const entry = catalog[service.name];
    if (entry.signingName !== signingName || !speaks(entry.protocols, protocol)) continue;
    if (protocol.startsWith('aws-json') && entry.target !== request.headers['x-amz-target']?.split('.').at(-2))
      continue;
    return service;
  }
  return undefined;
}

const speaks = (spoken: readonly ProtocolName[], protocol: ProtocolName) =>
  spoken.some((one) => one === protocol || (one.startsWith('aws-json') && protocol.startsWith('aws-json')));

/** Throws 501 for an operation that is not implemented or not in the model. */
export function operationOf({ service, model, protocol }: Destination, request: WireRequest): OperationModel {
  const name = protocols[protocol].operationOf(model, request);
  const operation = name === undefined ? undefined : model.operations.get(name);
  if (!operation || !service.operations.has(operation.name))
    throw notBuilt(service.name, name ?? guessOperation(request));
  return operation;
}

/** The operation that a request seems to name if no service has it. */
export function guessOperation(request: WireRequest): string {
  const target = request.headers['x-amz-target'];
  if (target) return target.slice(target.lastIndexOf('.') + 1);
  if (
    request.body instanceof Uint8Array &&
    request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')
  ) {
    const action = new URLSearchParams(Buffer.from(request.body.subarray(0, 4096)).toString('latin1')).get('Action');
    if (action) return action;
  }
  return `${request.method} ${request.path}`;
}
