/** Which service and operation a request is for. Uses the catalog and no service's name. */
import type { BoundOperation } from '../contract/operation.ts';
import type { Service } from '../contract/service.ts';
import { catalog, documentLimitsOf, type ProtocolName, type ServiceName } from '../models/catalog.ts';
import { loadServiceModel, type OperationModel, type ServiceModel } from '../models/service-model.ts';
import type { WireRequest } from '../wire/protocol.ts';
import { protocols } from '../wire/protocols.ts';
import { inPathStyle } from '../wire/virtual-host.ts';
import { documentOf } from './document.ts';
import type { Exchange, RequestHead } from './exchange.ts';
import { defaultService, formatOf, guessFormat, type RequestFormat } from './format.ts';
import { notBuilt } from './refusals.ts';

/** What a request is for. */
export interface Target {
  readonly model: ServiceModel;
  readonly operation: OperationModel;
  readonly bound: BoundOperation;
  readonly format: RequestFormat;
  readonly request: WireRequest;
}

const noBody = new Uint8Array();

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

/** Notes the service that a request is signed for, and its format. */
export function noteService(exchange: Exchange, signingName: string): void {
  const { head } = exchange.incoming;
  const guessed = guessFormat(head, signingName);
  const service = findService(guessed.protocol, head, signingName, exchange.deps.services);
  exchange.signingName = signingName;
  exchange.service = service;
  exchange.format = service ? formatOf(service.name, guessed.protocol) : guessed;
}

/** The same for a request that names no service. */
export function noteDefaultService(exchange: Exchange): void {
  exchange.signingName = defaultService.signingName;
  exchange.service = exchange.deps.services.get(defaultService.name);
  exchange.format = defaultService.format;
}

/** The request as the service's own paths have it, for a question about its resource. */
export function locate(head: RequestHead, { traits }: RequestFormat): WireRequest {
  const request = { ...head, body: noBody };
  return traits.addressing === 'virtual-host' ? inPathStyle(request) : request;
}

/** Undefined where no service with this signing name uses the protocol. */
function findService(
  protocol: ProtocolName,
  { headers }: RequestHead,
  signingName: string,
  services: ReadonlyMap<ServiceName, Service>,
): Service | undefined {
  for (const service of services.values()) {
    const { signingName: own, protocols: spoken, target } = catalog[service.name];
    if (own !== signingName || !isSpoken(spoken, protocol)) continue;
    if (protocol.startsWith('aws-json') && target !== headers['x-amz-target']?.split('.').at(-2)) continue;
    return service;
  }
  return undefined;
}

const isSpoken = (spoken: readonly ProtocolName[], protocol: ProtocolName) =>
  spoken.some((one) => one === protocol || (one.startsWith('aws-json') && protocol.startsWith('aws-json')));

/**
 * Throws 501 for an operation that is not implemented or not in the model. Synchronous if the model is loaded and no document has to be decompressed: in
 * other protocols than REST the document may name the operation.
 */
export function identify(request: WireRequest, exchange: Exchange): Target | Promise<Target> {
  const { service, signingName } = exchange;
  if (!service) throw notBuilt(signingName, guessOperation(request));
  const model = modelFor(service.name);
  return model instanceof Promise
    ? model.then((loaded) => identifyOperation(request, exchange, service, loaded))
    : identifyOperation(request, exchange, service, model);
}

function identifyOperation(
  request: WireRequest,
  exchange: Exchange,
  service: Service,
  model: ServiceModel,
): Target | Promise<Target> {
  exchange.model = model;
  const { format } = exchange;
  if (format.protocol.startsWith('rest-')) return targetOf(request, exchange, service, model);
  const readable = documentOf(request, format, documentLimitsOf(service.name));
  return readable instanceof Promise
    ? readable.then((decompressed) => targetOf(decompressed, exchange, service, model))
    : targetOf(readable, exchange, service, model);
}

function targetOf(request: WireRequest, exchange: Exchange, service: Service, model: ServiceModel): Target {
  const { format } = exchange;
  const name = protocols[format.protocol].operationOf(model, request);
  const operation = name === undefined ? undefined : model.operations.get(name);
  const bound = operation && service.operations.get(operation.name);
  if (!bound) throw notBuilt(service.name, name ?? guessOperation(request));
  exchange.operation = operation.name;
  return { model, operation, bound, format, request };
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
