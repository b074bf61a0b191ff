/**
 * Requests without a signature. A service may accept them: S3 does for buckets whose policy or grants are public. All others are refused as requests
 * without credentials, whatever they ask for. https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
 */
import type { Principal } from '../contract/principal.ts';
import { protocols } from '../wire/protocols.ts';
import { inPathStyle } from '../wire/virtual-host.ts';
import { streamed } from './body.ts';
import { modelFor } from './identify.ts';
import type { Incoming, PipelineDeps } from './pipeline.ts';
import { type Admitted, unscoped } from './presigned.ts';
import { refusal } from './refusals.ts';

const none = new Uint8Array();

const anonymous = (resourceAccount: string): Principal => ({
  kind: 'anonymous',
  account: 'anonymous',
  arn: 'anonymous',
  userId: 'anonymous',
  resourceAccount,
});

/** For requests that look like S3's. */
export async function admitAnonymous({ head, stream }: Incoming, { services }: PipelineDeps): Promise<Admitted> {
  const service = [...services.values()].find(({ anonymous }) => anonymous !== undefined);
  const protocol = protocols['rest-xml'];
  if (!service?.anonymous) throw refusal('missing', 'rest-xml');
  const request = inPathStyle({ ...head, body: none });
  const operation = protocol.operationOf(await modelFor(service.name), request);
  const account = operation && (await service.anonymous.accountAsked({ operation, path: request.path }));
  if (!account) throw refusal('missing', 'rest-xml');
  const { headers, body } = streamed(stream, head.headers, undefined, undefined);
  return { request: { ...head, headers, body }, principal: anonymous(account), ...unscoped };
}
