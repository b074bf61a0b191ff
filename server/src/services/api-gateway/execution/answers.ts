/** Answers of API Gateway itself: https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html */
import { randomBytes } from 'node:crypto';
import type { WebRequest, WebResponse } from '../../../contract/web-routes.ts';

export interface GatewayResponse {
  readonly status: number;
  readonly type: string;
  readonly message: string;
}

export const missingToken: GatewayResponse = {
  status: 403,
  type: 'MissingAuthenticationTokenException',
  message: 'Missing Authentication Token',
};
export const forbidden: GatewayResponse = { status: 403, type: 'ForbiddenException', message: 'Forbidden' };
export const internalError: GatewayResponse = {
  status: 500,
  type: 'InternalServerErrorException',
  message: 'Internal server error',
};
export const malformedProxy: GatewayResponse = { ...internalError, status: 502 };
export const unsupportedMediaType: GatewayResponse = {
  status: 415,
  type: 'UnsupportedMediaTypeException',
  message: 'Unsupported Media Type',
};
export const timedOut: GatewayResponse = {
  status: 504,
  type: 'InternalServerErrorException',
  message: 'Endpoint request timed out',
};
export const networkError: GatewayResponse = {
  status: 504,
  type: 'InternalServerErrorException',
  message: 'Network error communicating with endpoint',
};

/** Thrown by an integration that has no answer. */
export class Failure extends Error {
  readonly response: GatewayResponse;
  constructor(response: GatewayResponse, cause?: unknown) {
    super(response.message, { cause });
    this.response = response;
  }
}

export function answerOf({ status, type, message }: GatewayResponse): WebResponse {
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': type },
    body: JSON.stringify({ message }),
  };
}

/** With the headers that every answer of a stage has. */
export function finish(response: WebResponse, { requestId, now }: WebRequest): WebResponse {
  const time = Math.floor(now.getTime() / 1000).toString(16);
  const own = {
    'x-amzn-requestid': requestId,
    'x-amz-apigw-id': randomBytes(11).toString('base64').slice(0, 15).concat('='),
    'x-amzn-trace-id': `Root=1-${time}-${randomBytes(12).toString('hex')}`,
  };
  return { ...response, headers: { ...response.headers, ...own } };
}
