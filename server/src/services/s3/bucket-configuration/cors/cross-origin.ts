/**
 * CORS of buckets: preflights, which have no signature, and the headers of actual requests.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTOPTIONSobject.html; what is refused and how, observed.
 */
import { AwsError } from '../../../../contract/aws-error.ts';
import type { CrossOrigin, CrossOriginRequest } from '../../../../contract/cross-origin.ts';
import type { Bucket, BucketCache } from '../../buckets/bucket-cache.ts';
import { corsHeaders } from './cors-rules.ts';

export function crossOriginOf(buckets: BucketCache): CrossOrigin {
  return {
    async preflight({ path, headers }) {
      const { origin } = headers;
      if (origin === undefined) throw badRequest('Insufficient information. Origin request header needed.');
      const wanted = headers['access-control-request-method'];
      const refuse = (message: string, ResourceType: string) =>
        new AwsError('AccessForbidden', `CORSResponse: ${message}`, {
          status: 403,
          fields: { Method: wanted ?? 'OPTIONS', ResourceType },
        });
      const { bucket: name, key } = placeOf(path);
      const bucket = await buckets.find(name);
      if (bucket === undefined) throw refuse('Bucket not found', 'BUCKET');
      if (bucket.configuration.cors === undefined) throw refuse('CORS is not enabled for this bucket.', 'BUCKET');
      if (wanted === undefined) throw badRequest('Invalid Access-Control-Request-Method: null');
      const granted = answer(bucket, origin, wanted, headers);
      if (granted === undefined) throw refuse(notAllowed, key === '' ? 'BUCKET' : 'OBJECT');
      return granted;
    },
    headers({ path, method, headers }) {
      const { origin } = headers;
      if (origin === undefined) return undefined;
      const bucket = buckets.find(placeOf(path).bucket);
      const find = (found: Bucket | undefined) => found && answer(found, origin, method, headers);
      return bucket instanceof Promise ? bucket.then(find) : find(bucket);
    },
  };
}

const notAllowed =
  "This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.";

function badRequest(message: string): AwsError {
  return new AwsError('BadRequest', message, { status: 400 });
}

function answer(bucket: Bucket, origin: string, method: string, headers: CrossOriginRequest['headers']) {
  const asked = (headers['access-control-request-headers'] ?? '').split(',').map((name) => name.trim().toLowerCase());
  const question = { origin, method, headers: asked.filter((name) => name !== '') };
  return corsHeaders(bucket.configuration.cors?.CORSRules ?? [], question);
}

function placeOf(path: string): { bucket: string; key: string } {
  const [, bucket = '', ...key] = path.split('/');
  return { bucket, key: key.join('/') };
}
