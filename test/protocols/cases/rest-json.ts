/** restJson1: bodies and payloads. */
import type { Cases } from '../case.ts';
import { anything, blob, dateTime, instant, number, simple, streamedBlob, structure, text } from '../synthetic.ts';

const second = new Date('2015-01-25T08:00:00Z');
const jsonText = simple(text, { mediaType: 'application/json' });
const header = (schema: unknown, name: string) => [schema, { httpHeader: name }] as const;

const body = structure('Body', {
  text,
  renamed: [text, { jsonName: 'other' }],
  instant,
  dateTime,
  json: jsonText,
  inHeader: header(text, 'X-In'),
});
const nested = structure('Nested', { a: text, b: [text, { jsonName: 'bee' }] });
const payload = (schema: unknown, traits = {}) =>
  structure('Payload', { head: header(text, 'X-Head'), data: [schema, { httpPayload: 1, ...traits }] });

export const cases: Cases = {
  protocol: 'rest-json',
  requests: [
    { id: 'nothing', input: 'unit', body: '', means: {} },
    { id: 'the body', input: body, body: '{"text":"a","other":"b","renamed":"c"}', means: { text: 'a', renamed: 'b' } },
    {
      id: 'body and header',
      input: body,
      body: '{"text":"a"}',
      headers: { 'x-in': 'b' },
      means: { text: 'a', inHeader: 'b' },
    },
    { id: 'nothing of a header in the body', input: body, body: '{"inHeader":"x"}', means: { inHeader: 'x' } },
    {
      id: 'instants in the body',
      input: body,
      body: '{"instant":1422172800,"dateTime":"2015-01-25T08:00:00Z"}',
      means: { instant: second, dateTime: second },
    },
    { id: 'JSON as text in the body', input: body, body: '{"json":"{\\"a\\":1}"}', means: { json: '{"a":1}' } },
    {
      id: 'a payload of bytes',
      input: payload(blob),
      body: 'blobby',
      headers: { 'x-head': 'h' },
      means: { head: 'h', data: Buffer.from('blobby') },
    },
    { id: 'no payload of bytes', input: payload(blob), body: '', means: {} },
    {
      id: 'a payload that must be there',
      input: structure('P', { data: [blob, { httpPayload: 1 }] }, 0, 1),
      body: '',
      means: { data: Buffer.alloc(0) },
    },
    { id: 'a payload of text', input: payload(text), body: 'é', means: { data: 'é' } },
    { id: 'a streamed payload', input: payload(streamedBlob), body: 'blobby', means: { data: Buffer.from('blobby') } },
    {
      id: 'a payload of a structure',
      input: payload(nested),
      body: '{"a":"x","bee":"y"}',
      means: { data: { a: 'x', b: 'y' } },
    },
    { id: 'no payload of a structure', input: payload(nested), body: '', means: {} },
    {
      id: 'a payload of a document',
      input: payload(anything),
      body: '[1,{"a":null}]',
      means: { data: [1, { a: null }] },
    },
  ],
  responses: [
    { id: 'nothing', output: 'unit', value: {}, body: '', http: ['POST', '/Operation', 204] },
    {
      id: 'an empty structure',
      output: structure('O', {}),
      value: {},
      body: '{}',
      headers: { 'content-type': 'application/json', 'x-amzn-RequestId': 'id' },
    },
    {
      id: 'the status',
      output: structure('S', { status: [number, { httpResponseCode: 1 }], a: text }),
      value: { status: 201, a: 'b' },
      status: 201,
      body: '{"a":"b"}',
    },
    {
      id: 'the modelled status',
      output: structure('S', { a: text }),
      value: { a: 'b' },
      http: ['POST', '/Operation', 202],
      body: '{"a":"b"}',
    },
    {
      id: 'the body by jsonName',
      output: body,
      value: { text: 'a', renamed: 'b', instant: second, dateTime: second, inHeader: 'h' },
      headers: { 'x-in': 'h' },
      body: '{"text":"a","other":"b","instant":1422172800,"dateTime":"2015-01-25T08:00:00Z"}',
    },
    {
      id: 'a payload of bytes',
      output: payload(blob),
      value: { head: 'h', data: Buffer.from('blobby') },
      headers: { 'x-head': 'h', 'content-type': 'application/octet-stream' },
      body: 'blobby',
    },
    {
      id: 'a payload with a media type',
      output: payload(simple(blob, { mediaType: 'image/jpeg' })),
      value: { data: Buffer.from('j') },
      headers: { 'content-type': 'image/jpeg' },
      body: 'j',
    },
    {
      id: 'a payload of text',
      output: payload(text),
      value: { data: 'é' },
      headers: { 'content-type': 'text/plain' },
      body: 'é',
    },
    { id: 'no payload', output: payload(blob), value: { head: 'h' }, body: '' },
    {
      id: 'a payload of a structure',
      output: payload(nested),
      value: { data: { a: 'x', b: 'y' } },
      headers: { 'content-type': 'application/json' },
      body: '{"a":"x","bee":"y"}',
    },
    { id: 'a payload of a document', output: payload(anything), value: { data: { a: [1] } }, body: '{"a":[1]}' },
  ],
  refusals: [
    { id: 'a body that is no JSON', input: body, body: '{', code: 'SerializationException' },
    { id: 'a body of another type', input: body, body: '{"text":1}', code: 'SerializationException' },
    { id: 'a document that is no JSON', input: payload(anything), body: '{', code: 'SerializationException' },
  ],
};
