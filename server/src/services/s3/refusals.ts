/**
 * S3's refusals that several operations share, in S3's texts.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList, members observed in S3's answers.
 */
import type { AwsError } from '../../contract/aws-error.ts';
import type { Call } from '../../contract/call.ts';

export function noSuchBucket(call: Call, bucket: string): AwsError {
  return call.error('NoSuchBucket', 'The specified bucket does not exist', {
    status: 404,
    fields: { BucketName: bucket },
  });
}

export function noSuchKey(call: Call, key: string, headers?: Record<string, string>): AwsError {
  return call.error('NoSuchKey', 'The specified key does not exist.', {
    status: 404,
    fields: { Key: key },
    ...(headers ? { headers } : {}),
  });
}

export function noSuchVersion(call: Call, key: string, versionId: string): AwsError {
  return call.error('NoSuchVersion', 'The specified version does not exist.', {
    status: 404,
    fields: { Key: key, VersionId: versionId },
  });
}

export function noSuchUpload(call: Call, uploadId: string): AwsError {
  return call.error(
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    { status: 404, fields: { UploadId: uploadId } },
  );
}

export function invalidArgument(call: Call, message: string, name: string, value: string): AwsError {
  return call.error('InvalidArgument', message, { fields: { ArgumentName: name, ArgumentValue: value } });
}

export function malformedXml(call: Call): AwsError {
  return call.error(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
}

/** For a document that the model does not require; for a required one the gateway answers the same. */
export function missingBody(call: Call): AwsError {
  return call.error('MissingRequestBodyError', 'Request Body is empty');
}

export function preconditionFailed(call: Call, condition: string): AwsError {
  return call.error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
    status: 412,
    fields: { Condition: condition },
  });
}

export function invalidRequest(call: Call, message: string): AwsError {
  return call.error('InvalidRequest', message);
}

/** Features that are not built must not be silently ignored. */
export function notImplemented(call: Call, header: string): AwsError {
  return call.error('NotImplemented', 'A header you provided implies functionality that is not implemented', {
    status: 501,
    fields: { Header: header },
  });
}

export function conflictingOperation(call: Call): AwsError {
  return call.error(
    'OperationAborted',
    'A conflicting conditional operation is currently in progress against this resource. Please try again.',
    { status: 409 },
  );
}

export function notConfigured(call: Call, bucket: string, code: string, message: string): AwsError {
  return call.error(code, message, { status: 404, fields: { BucketName: bucket } });
}

/** S3's whole sentence: https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html */
export function accessDenied(call: Call, action: string, resource: string, because: string): AwsError {
  const message = `User: ${call.principal.arn} is not authorized to perform: ${action} on resource: "${resource}" because ${because}`;
  return call.error('AccessDenied', message, { status: 403 });
}
