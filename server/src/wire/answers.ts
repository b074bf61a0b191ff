/** Shared by the protocols: gathered bodies, error statuses, the member with an error's message. */
import type { AwsError } from '../contract/aws-error.ts';
import type { ErrorModel, ServiceModel } from '../models/service-model.ts';
import { type Structure, structureOf } from '../models/shape.ts';
import type { WireRequest } from './protocol.ts';
import { asBytes } from './text-values.ts';

export function findErrorModel(model: ServiceModel | undefined, error: AwsError): ErrorModel | undefined {
  return model?.errors.get(error.code);
}

/** The HTTP status of an error: the one with which it was thrown, else the model's, else 400. */
export function errorStatus(model: ServiceModel | undefined, error: AwsError): number {
  return error.status ?? findErrorModel(model, error)?.status ?? commonStatuses[error.code] ?? 400;
}

/** Errors that every AWS service may return. Source: https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html */
const commonStatuses: Record<string, number> = {
  AccessDenied: 403,
  InternalFailure: 500,
  InternalServerError: 500,
  InternalError: 500,
  ServiceUnavailable: 503,
  SlowDown: 503,
};

/** The members of an error structure with its message under the name that the model gives it (`Message` or `message`). */
export function errorMembers(error: AwsError, model: ErrorModel | undefined, fallback = 'message') {
  const structure: Structure | undefined = model && structureOf(model.schema);
  const name = structure?.members.find((member) => member.name.toLowerCase() === 'message')?.name ?? fallback;
  return { structure, values: { [name]: error.message, ...error.fields } as Record<string, unknown> };
}

/** The body of a document protocol, already decompressed (gateway/document.ts). */
export function gatheredBody(request: WireRequest): Buffer {
  const { body } = request;
  if (!(body instanceof Uint8Array)) throw new TypeError('this protocol needs the gathered body');
  return asBytes(body);
}
