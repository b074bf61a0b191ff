/** Deviations of S3's requests and answers from its model. Observed on AWS. */
import { AwsError } from '../contract/aws-error.ts';
import type { OperationModel } from '../models/service-model.ts';
import type { WireRequest } from './protocol.ts';

/** The model says 200. */
const statuses: ReadonlyMap<string, number> = new Map([
  ['PutBucketPolicy', 204],
  ['PutBucketTagging', 204],
]);

export function statusBeyondModel({ name }: OperationModel): number | undefined {
  return statuses.get(name);
}

/** HeadBucket alone has a content type although its body is empty. */
export function contentTypeWithoutBody({ name }: OperationModel): string | undefined {
  return name === 'HeadBucket' ? 'application/xml' : undefined;
}

const encryption = 'x-amz-server-side-encryption';

/**
 * An object's encryption is requested when it is written or its upload is created: in other requests S3 refuses the header instead of ignoring it.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
 */
export function refuseMisplacedEncryption({ name }: OperationModel, { method, headers }: WireRequest): void {
  const value = headers[encryption];
  // CreateSession, a GET, requests with it the encryption of the session's objects.
  if (value === undefined || name === 'CreateSession') return;
  if (method !== 'GET' && method !== 'HEAD' && name !== 'UploadPart') return;
  throw new AwsError('InvalidArgument', `${encryption} header is not supported for this operation.`, {
    status: 400,
    fields: { ArgumentName: encryption, ArgumentValue: value },
  });
}
