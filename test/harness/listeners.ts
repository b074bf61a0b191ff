/** One request for each of AWS's protocols, and how each of them says an error. */
import { cbor } from '@smithy/core/cbor';
import type { Answer, Sending } from './signed.ts';

const metrics = 'GraniteServiceVersion20100801';
const cborHeaders = { 'smithy-protocol': 'rpc-v2-cbor', 'content-type': 'application/cbor' };

export const doors = {
  'aws-json-1.1': {
    service: 'sagemaker',
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'SageMaker.ListModels' },
    body: '{}',
  },
  'aws-json-1.0': {
    service: 'monitoring',
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `${metrics}.ListMetrics` },
    body: '{}',
  },
  'rpc-v2-cbor': {
    service: 'monitoring',
    method: 'POST',
    target: `/service/${metrics}/operation/ListMetrics`,
    headers: cborHeaders,
    body: Uint8Array.of(0xa0),
  },
  'rest-json': {
    service: 'sagemaker',
    method: 'POST',
    target: '/endpoints/an-endpoint/invocations',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  },
  query: {
    service: 'iam',
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'Action=ListUsers&Version=2010-05-08',
  },
  'rest-xml': { service: 's3', method: 'GET', target: '/a-bucket?list-type=2' },
} as const satisfies Record<string, Sending>;

export type Door = keyof typeof doors;

const inXml = (text: string, name: string) => new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(text)?.[1] ?? '';
const plain = (text: string) =>
  text
    .replaceAll('&apos;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&gt;', '>')
    .replaceAll('&lt;', '<')
    .replaceAll('&amp;', '&');

/** Status, code and message of an error, read as the protocol's clients read them. */
export function saidBy(door: Door, { status, headers, body }: Answer): [status: number, code: string, message: string] {
  if (door === 'rest-xml' || door === 'query')
    return [status, inXml(body.toString('utf8'), 'Code'), plain(inXml(body.toString('utf8'), 'Message'))];
  const value = (door === 'rpc-v2-cbor' ? cbor.deserialize(body) : JSON.parse(body.toString('utf8'))) as Record<
    string,
    string
  >;
  const type = door === 'rest-json' ? String(headers['x-amzn-errortype']) : (value.__type ?? '');
  // DynamoDB's have a namespace in front, which clients leave off.
  return [status, type.slice(type.lastIndexOf('#') + 1), value.message ?? value.Message ?? ''];
}
