/**
 * Requests of browsers from other origins: preflights are answered without authentication, because browsers do not sign them, and
 * other requests are answered as usual, with headers that let a script read the answer.
 */
import { AwsError } from '../contract/aws-error.ts';
import type { CrossOrigin } from '../contract/cross-origin.ts';
import { errorStatus } from '../wire/answers.ts';
import { protocols } from '../wire/protocols.ts';
import type { Incoming, Outcome, PipelineDeps } from './exchange.ts';
import { defaultService, firstFormatOf, guessFormat } from './format.ts';
import { locate } from './identify.ts';
import { defect } from './refusals.ts';

const { format } = defaultService;

/** A preflight names no service: the one that takes such requests answers it. */
function crossOriginOf({ head }: Incoming, { services }: PipelineDeps): CrossOrigin | undefined {
  return guessFormat(head, undefined) === format ? services.get(defaultService.name)?.traits?.crossOrigin : undefined;
}

/** Adds the headers that let scripts of the request's origin read the answer. Never throws. */
export async function addCrossOriginHeaders(
  outcome: Outcome,
  incoming: Incoming,
  deps: PipelineDeps,
): Promise<Outcome> {
  const { service } = outcome;
  const crossOrigin =
    service === undefined ? crossOriginOf(incoming, deps) : deps.services.get(service)?.traits?.crossOrigin;
  try {
    const found = await crossOrigin?.headers(
      locate(incoming.head, service === undefined ? format : firstFormatOf(service)),
    );
    Object.assign(outcome.response.headers, found);
  } catch (error) {
    // The call has already run: the answer is sent, although the browser hides it from the script.
    deps.log.error('gateway: cross-origin rules could not be read', { requestId: incoming.requestId, error });
  }
  return outcome;
}

/** Undefined where no service answers preflights for such a request. Never throws. */
export function answerPreflight(incoming: Incoming, deps: PipelineDeps): Promise<Outcome> | undefined {
  const crossOrigin = crossOriginOf(incoming, deps);
  return crossOrigin && preflight(crossOrigin, incoming, deps);
}

async function preflight(crossOrigin: CrossOrigin, incoming: Incoming, { log }: PipelineDeps): Promise<Outcome> {
  const { requestId, head } = incoming;
  try {
    const headers = await crossOrigin.preflight(locate(head, format));
    return { response: { status: 200, headers: { ...headers, 'x-amz-request-id': requestId }, body: undefined } };
  } catch (thrown) {
    const error = thrown instanceof AwsError ? thrown : defect(format, thrown);
    if (error !== thrown) log.error('gateway: internal error in a preflight request', { requestId, error: thrown });
    const context = { requestId, method: head.method };
    const response = protocols[format.protocol].serializeError(
      undefined,
      error,
      errorStatus(undefined, error),
      context,
    );
    return { response, error: error.code };
  }
}
