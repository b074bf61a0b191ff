/**
 * awsJson1_0 and awsJson1_1: every call is a POST of a JSON object, the operation is in X-Amz-Target.
 * Source: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 */
import { AwsError } from '../contract/aws-error.ts';
import type { ServiceModel } from '../models/service-model.ts';
import { structureOf } from '../models/shape.ts';
import { errorMembers, findErrorModel, gatheredBody } from './answers.ts';
import { jsonCost } from './document-cost.ts';
import { checksumHeader, dynamoDbErrorType, dynamoDbMessageName, readDynamoDb } from './dynamodb-json.ts';
import { type JsonObject, parseJsonObject, readJson, writeStructure } from './json-values.ts';
import { Malformed } from './malformed.ts';
import type { Protocol } from './protocol.ts';

const names = { jsonName: false };
const plainItems = { jsonName: false, plainItems: true };

export function awsJson(version: '1.0' | '1.1'): Protocol {
  const contentType = `application/x-amz-json-${version}`;
  const headers = (requestId: string) => ({ 'content-type': contentType, 'x-amzn-RequestId': requestId });
  return {
    name: `aws-json-${version}`,
    cost: jsonCost,
    operationOf: (model, request) => {
      const [prefix, name] = request.headers['x-amz-target']?.split('.').slice(-2) ?? [];
      return prefix !== undefined && prefix === model.entry.target ? name : undefined;
    },
    parse: (model, operation, request) =>
      wellFormed(() => {
        const given = parseJsonObject(gatheredBody(request).toString('utf8'));
        const shape = structureOf(operation.input);
        return model.entry.traits?.dialect === 'dynamodb' ? readDynamoDb(shape, given) : readJson(shape, given, names);
      }),
    serialize: (model, operation, output, { requestId }) => {
      const shape = structureOf(operation.output);
      const isDynamoDb = model.entry.traits?.dialect === 'dynamodb';
      // An operation without output returns an empty body in awsJson1_1's servers, `{}` where the output is modelled.
      const body =
        shape.name === 'Unit'
          ? ''
          : JSON.stringify(writeStructure(shape, (output ?? {}) as JsonObject, isDynamoDb ? plainItems : names));
      return { status: 200, headers: { ...headers(requestId), ...(isDynamoDb && checksumHeader(body)) }, body };
    },
    serializeError: (model, error, status, { requestId }) => {
      const found = findErrorModel(model, error);
      const dialect = model?.entry.traits?.dialect === 'dynamodb' ? model : undefined;
      const { structure, values } = errorMembers(error, found, dialect && dynamoDbMessageName(error));
      const members = structure
        ? { ...values, ...writeStructure(structure, values, dialect ? plainItems : names) }
        : values;
      const type = dialect ? dynamoDbErrorType(dialect, error) : (found?.name ?? error.code);
      const body = JSON.stringify({ __type: type, ...members });
      const more = { ...queryErrorHeader(model, error, status), ...(dialect && checksumHeader(body)) };
      return { status, headers: { ...headers(requestId), ...more, ...error.headers }, body };
    },
  };
}

/** Services that used the query protocol before (CloudWatch) also send the code that the error had there. Source: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#awsquerycompatible-trait */
export function queryErrorHeader(
  model: ServiceModel | undefined,
  error: AwsError,
  status: number,
): Record<string, string> {
  if (!model?.entry.protocols.includes('query')) return {};
  const code = findErrorModel(model, error)?.code ?? error.code;
  return { 'x-amzn-query-error': `${code};${status >= 500 ? 'Receiver' : 'Sender'}` };
}

/** Refuses malformed input with the code of AWS's JSON protocols. */
export function wellFormed<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof Malformed)) throw cause;
    throw new AwsError('SerializationException', cause.message, { status: 400, cause });
  }
}
