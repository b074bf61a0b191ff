/**
 * Requests of browsers from other origins: preflights are answered without authentication, because browsers do not sign them, and
 * actual requests are answered like any other, with the headers that let a script read the answer.
 */
import { AwsError } from '../contract/aws-error.ts';
import type { CrossOrigin } from '../contract/cross-origin.ts';
import { errorStatus } from '../wire/answers.ts';
import type { WireResponse } from '../wire/protocol.ts';
import { protocols } from '../wire/protocols.ts';
import { inPathStyle } from '../wire/virtual-host.ts';
import { protocolOf } from './identify.ts';
import { answer, type Incoming, type Outcome, type PipelineDeps } from './pipeline.ts';
import { defect } from './refusals.ts';

const none = new Uint8Array();

/** Never throws, as `answer`. */
export function answerAcrossOrigins(incoming: Incoming, deps: PipelineDeps): Promise<Outcome> {
  const { method, headers } = incoming.head;
  if (method === 'OPTIONS') return preflight(incoming, deps);
  return headers.origin === undefined ? answer(incoming, deps) : withHeaders(incoming, deps);
}

/** The one service with such requests that answers browsers. */
function crossOriginOf({ head }: Incoming, { services }: PipelineDeps, service?: string): CrossOrigin | undefined {
  if (service === undefined && protocolOf(head, undefined) !== 'rest-xml') return undefined;
  const candidates = [...services.values()].filter(({ crossOrigin }) => crossOrigin !== undefined);
  return candidates.find(({ name }) => service === undefined || name === service)?.crossOrigin;
}

async function withHeaders(incoming: Incoming, deps: PipelineDeps): Promise<Outcome> {
  const outcome = await answer(incoming, deps);
  try {
    const found = await crossOriginOf(incoming, deps, outcome.service)?.headers(
      inPathStyle({ ...incoming.head, body: none }),
    );
    Object.assign(outcome.response.headers, found);
  } catch (error) {
    // The call has already run: the answer is sent, although the browser hides it from the script.
    deps.log.error('gateway: cross-origin rules could not be read', { requestId: incoming.requestId, error });
  }
  return outcome;
}

async function preflight(incoming: Incoming, deps: PipelineDeps): Promise<Outcome> {
  const crossOrigin = crossOriginOf(incoming, deps);
  if (crossOrigin === undefined) return answer(incoming, deps);
  try {
    const headers = await crossOrigin.preflight(inPathStyle({ ...incoming.head, body: none }));
    return { response: identified({ status: 200, headers: { ...headers }, body: undefined }, incoming) };
  } catch (thrown) {
    const error = thrown instanceof AwsError ? thrown : defect('rest-xml');
    if (error !== thrown) {
      deps.log.error('gateway: internal error in a preflight request', {
        requestId: incoming.requestId,
        error: thrown,
      });
    }
    const context = { requestId: incoming.requestId, method: incoming.head.method };
    const response = protocols['rest-xml'].serializeError(undefined, error, errorStatus(undefined, error), context);
    return { response, error: error.code };
  }
}

function identified(response: WireResponse, { requestId }: Incoming): WireResponse {
  return { ...response, headers: { ...response.headers, 'x-amz-request-id': requestId } };
}
