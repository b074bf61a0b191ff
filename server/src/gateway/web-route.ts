/** Requests that a service takes before any AWS protocol is applied (contract/web-routes.ts). */
import { AwsError } from '../contract/aws-error.ts';
import type { WebCaller, WebRequest, WebRoute, WebRoutes } from '../contract/web-routes.ts';
import { errorStatus } from '../wire/answers.ts';
import { protocols } from '../wire/protocols.ts';
import { verify } from './authenticators/chain.ts';
import { sigv4Header } from './authenticators/sigv4-header.ts';
import { sigv4Query } from './authenticators/sigv4-query.ts';
import { type Gathered, gather } from './body.ts';
import type { Exchange, Incoming, Outcome, PipelineDeps } from './exchange.ts';
import type { RequestFormat } from './format.ts';
import { requestContext } from './perform.ts';
import { defect, refusal } from './refusals.ts';

/** Of the gateway's own errors on these routes, API Gateway's and function URLs' alike: `{"message": …}`. */
const format: RequestFormat = { protocol: 'rest-json', traits: {} };

const routesOf = new WeakMap<PipelineDeps['services'], readonly WebRoutes[]>();

export function findWebRoute({ head }: Incoming, { services }: PipelineDeps): WebRoute | undefined {
  let all = routesOf.get(services);
  if (all === undefined) {
    all = [...services.values()].flatMap(({ traits }) => traits?.webRoutes ?? []);
    routesOf.set(services, all);
  }
  for (const routes of all) {
    const route = routes.match(head);
    if (route) return route;
  }
  return undefined;
}

/** Never throws: an error becomes a response. */
export async function answerWebRoute(route: WebRoute, incoming: Incoming, deps: PipelineDeps): Promise<Outcome> {
  const { requestId, head } = incoming;
  const exchange: Exchange = { incoming, deps, format, signingName: route.signingName };
  try {
    return { response: await route.handle(webRequestOf(route, exchange)), ...principalIn(exchange) };
  } catch (thrown) {
    const error = thrown instanceof AwsError ? thrown : defect(format, thrown);
    if (error !== thrown) deps.log.error('gateway: internal error in a web route', { requestId, error: thrown });
    const context = { requestId, method: head.method };
    const status = errorStatus(undefined, error);
    const response = protocols[format.protocol].serializeError(undefined, error, status, context);
    return { response, ...principalIn(exchange), error: error.code };
  }
}

const principalIn = ({ principal }: Exchange) => (principal ? { principal: principal.arn } : {});

function webRequestOf(route: WebRoute, exchange: Exchange): WebRequest {
  const { incoming, deps } = exchange;
  const { head, stream, requestId, sourceIp, secure } = incoming;
  let gathered: Promise<Gathered> | undefined;
  const read = () => {
    gathered ??= gather(stream, head.headers, format, route.maxBodyBytes);
    return gathered;
  };
  return {
    ...head,
    requestId,
    sourceIp,
    secure,
    now: deps.clock.now(),
    get log() {
      return deps.log.with({ requestId });
    },
    get signal() {
      return incoming.signal();
    },
    body: async () => (await read()).body,
    caller: () => callerOf(route, exchange, read),
  };
}

async function callerOf(
  { signingName }: WebRoute,
  exchange: Exchange,
  read: () => Promise<Gathered>,
): Promise<WebCaller | undefined> {
  const { incoming, deps } = exchange;
  for (const authenticator of [sigv4Header, sigv4Query]) {
    const key = authenticator.readSignature(exchange, format);
    if (key === undefined) continue;
    if (key.service !== signingName) {
      const text = `Credential should be scoped to correct service: '${signingName}'. `;
      throw refusal('mismatch', format, text);
    }
    const { principal } = await verify(authenticator, { key, gathered: await read() }, exchange);
    exchange.principal = principal;
    const facts = { sourceIp: incoming.sourceIp, secure: incoming.secure, now: deps.clock.now(), region: key.region };
    return {
      principal,
      region: key.region,
      authorize: (access) =>
        deps.identity.authorize(principal, access, () => requestContext(incoming.head.headers, undefined, facts)),
      aws: deps.access.as(principal, key.region, `${signingName}.amazonaws.com`),
    };
  }
  return undefined;
}
