/**
 * Requests without a signature. A service may accept them: S3 does for buckets whose policy or grants are public. All others are refused as requests
 * without credentials, whatever they ask for. https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
 */
import type { Principal } from '../../contract/principal.ts';
import { type CatalogEntry, catalog } from '../../models/catalog.ts';
import { protocols } from '../../wire/protocols.ts';
import { gather, streamed } from '../body.ts';
import type { Admitted, Exchange } from '../exchange.ts';
import { defaultService } from '../format.ts';
import { guessOperation, locate, modelFor, noteDefaultService } from '../identify.ts';
import { notBuilt, refusal } from '../refusals.ts';

const anonymousPrincipal = (resourceAccount: string): Principal => ({
  kind: 'anonymous',
  account: 'anonymous',
  arn: 'anonymous',
  userId: 'anonymous',
  resourceAccount,
});

/** Throws unless the request is for the service that accepts such requests, and that service accepts this one. */
export async function admitUnsigned(exchange: Exchange): Promise<Admitted> {
  if (exchange.format !== defaultService.format) return refuseUnsigned(exchange);
  noteDefaultService(exchange);
  const { incoming, format, service } = exchange;
  const anonymous = service?.traits?.anonymous;
  if (!service || !anonymous) throw refusal('missing', format);
  const { head, stream } = incoming;
  const located = locate(head, format);
  const operation = protocols[format.protocol].operationOf(await modelFor(service.name), located);
  const account = operation && (await anonymous.accountAsked({ operation, path: located.path }));
  if (!account) throw refusal('missing', format);
  const { headers, body } = streamed(stream, head.headers, undefined, undefined);
  return {
    request: { ...head, headers, body },
    principal: anonymousPrincipal(account),
    region: defaultService.region,
  };
}

/** STS's tokens and assertions are below 100,000 characters: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithSAML.html */
const maxUnsignedBytes = 512 * 1024;

/** An operation for callers without a key is refused by its name, every other request for its missing signature. */
async function refuseUnsigned({ incoming, format }: Exchange): Promise<never> {
  if (format.protocol === 'query') {
    const { body } = await gather(incoming.stream, incoming.head.headers, format, maxUnsignedBytes);
    const operation = guessOperation({ ...incoming.head, body });
    for (const [name, { unsignedOperations }] of Object.entries(catalog) as [string, CatalogEntry][]) {
      if (unsignedOperations?.includes(operation)) throw notBuilt(name, operation);
    }
  }
  throw refusal('missing', format);
}
