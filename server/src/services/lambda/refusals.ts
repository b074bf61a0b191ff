/** Lambda's errors, in its own texts (observed; LocalStack's snapshots of AWS, 2024 to 2026). */
import { AwsError, type AwsErrorOptions } from '../../contract/aws-error.ts';

/** Every error of Lambda says whose fault it was. */
const refusal = (code: string, message: string, status: number, options: AwsErrorOptions = {}) =>
  new AwsError(code, message, { status, ...options, fields: { Type: 'User', ...options.fields } });

export const invalidParameter = (message: string, cause?: unknown) =>
  refusal('InvalidParameterValueException', message, 400, { cause });

export const notFound = (message: string) => refusal('ResourceNotFoundException', message, 404);

export const functionNotFound = (arn: string) => notFound(`Function not found: ${arn}`);

export const conflict = (message: string) => refusal('ResourceConflictException', message, 409);

export const stale = (getter: string) =>
  refusal(
    'PreconditionFailedException',
    `The Revision Id provided does not match the latest Revision Id. Call the ${getter} API to retrieve the latest Revision Id`,
    412,
  );

export const invalidContent = (message: string) => refusal('InvalidRequestContentException', message, 400);

export const tooLarge = (limit: number) =>
  refusal(
    'RequestTooLargeException',
    `Request must be smaller than ${limit} bytes for the InvokeFunction operation`,
    413,
  );

export const throttled = (
  reason: 'ConcurrentInvocationLimitExceeded' | 'ReservedFunctionConcurrentInvocationLimitExceeded',
) => refusal('TooManyRequestsException', 'Rate Exceeded.', 429, { fields: { Reason: reason } });

/** What AWS has and this service has not. */
export const notBuilt = (what: string) => invalidParameter(`${what} is not supported by Clary yet.`);

/** A change that came between reading and writing. */
export const updateInProgress = (arn: string) =>
  conflict(`The operation cannot be performed at this time. An update is in progress for resource: ${arn}`);
