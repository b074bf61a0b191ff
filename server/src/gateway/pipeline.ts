/**
 * What the gateway does with a request. A call of an operation takes these steps: authenticate → identify → parse → authorize → validate → handle →
 * record → serialize. Knows no service by name.
 */
import { AwsError } from '../contract/aws-error.ts';
import { Unavailable } from '../kit/unavailable.ts';
import { errorStatus } from '../wire/answers.ts';
import type { WireResponse } from '../wire/protocol.ts';
import { protocols } from '../wire/protocols.ts';
import { authenticate } from './authenticators/chain.ts';
import { cutShort } from './body.ts';
import { addCrossOriginHeaders, answerPreflight } from './cross-origin.ts';
import type { Admitted, Exchange, Incoming, Outcome, PipelineDeps } from './exchange.ts';
import { guessFormat } from './format.ts';
import { GatewayCall } from './gateway-call.ts';
import { identify } from './identify.ts';
import { parse } from './parse.ts';
import { decider } from './perform.ts';
import { performRecorded } from './record.ts';
import { defect } from './refusals.ts';
import { answerWebRoute, findWebRoute } from './web-route.ts';

/** Never throws: an error becomes a response. */
export async function answer(incoming: Incoming, deps: PipelineDeps): Promise<Outcome> {
  const route = findWebRoute(incoming, deps);
  if (route && !incoming.refused) return answerWebRoute(route, incoming, deps);
  const { method, headers } = incoming.head;
  const preflight = method === 'OPTIONS' ? answerPreflight(incoming, deps) : undefined;
  if (preflight) return preflight;
  const outcome = await answerCall(incoming, deps);
  return headers.origin === undefined ? outcome : addCrossOriginHeaders(outcome, incoming, deps);
}

async function answerCall(incoming: Incoming, deps: PipelineDeps): Promise<Outcome> {
  const exchange: Exchange = { incoming, deps, format: guessFormat(incoming.head, undefined), signingName: '' };
  try {
    const response = await callOperation(exchange);
    return { response, ...factsOf(exchange) };
  } catch (thrown) {
    return answerError(thrown, exchange);
  }
}

async function callOperation(exchange: Exchange): Promise<WireResponse> {
  const { incoming, deps } = exchange;
  if (incoming.refused) throw incoming.refused;
  const admitted = await authenticate(exchange);
  exchange.principal = admitted.principal;
  const identified = identify(admitted.request, exchange);
  const target = identified instanceof Promise ? await identified : identified;
  const parsed = parse(target);
  const input = parsed instanceof Promise ? await parsed : parsed;
  const call = callOf(target.model.name, target.operation.name, input, admitted, exchange);
  const userAgent = incoming.head.headers['user-agent'] ?? '';
  // Authorizes, validates, handles and records.
  const recording = { audit: deps.audit, clock: deps.clock, userAgent, invokedBy: undefined };
  const performed = performRecorded(target, input, call, recording);
  const output = performed instanceof Promise ? await performed : performed;
  const response = protocols[target.format.protocol].serialize(target.model, target.operation, output, incoming);
  return admitted.finish ? admitted.finish(response) : response;
}

function callOf(
  service: GatewayCall['service'],
  operation: string,
  input: unknown,
  { principal, region }: Admitted,
  { incoming, deps }: Exchange,
): GatewayCall {
  const { requestId, sourceIp, secure } = incoming;
  return new GatewayCall(
    { service, operation, region, principal, requestId, now: deps.clock.now(), sourceIp, secure },
    deps.log,
    deps.access,
    incoming.signal,
    decider(deps.identity, input, incoming.head.headers),
  );
}

function answerError(caught: unknown, exchange: Exchange): Outcome {
  const { incoming, deps, format, model } = exchange;
  const { requestId, head } = incoming;
  const thrown = caught !== null && caught === incoming.stream.errored ? cutShort() : caught;
  const error = thrown instanceof AwsError ? thrown : defect(format, thrown);
  const facts = factsOf(exchange);
  if (thrown instanceof Unavailable) {
    deps.log.info('gateway: unavailable', { requestId, ...facts, because: thrown.message });
  } else if (error !== thrown) {
    deps.log.error('gateway: internal error', { requestId, ...facts, error: thrown });
  } else if (error.cause) {
    deps.log.info('gateway: request refused', { requestId, ...facts, code: error.code, cause: error.cause });
  }
  const context = { requestId, method: head.method };
  const response = protocols[format.protocol].serializeError(model, error, errorStatus(model, error), context);
  return {
    response: { ...response, headers: { ...response.headers, ...error.headers } },
    ...facts,
    error: error.code,
  };
}

/** What is known of a request, for the log. */
function factsOf({ service, operation, principal }: Exchange): Pick<Outcome, 'service' | 'operation' | 'principal'> {
  return {
    ...(service ? { service: service.name } : {}),
    ...(operation ? { operation } : {}),
    ...(principal ? { principal: principal.arn } : {}),
  };
}
