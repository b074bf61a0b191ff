/** restJson1: bindings to headers, query and path. */
import type { Cases } from '../case.ts';
import {
  dateTime,
  epochSeconds,
  flag,
  httpDate,
  instant,
  list,
  map,
  number,
  simple,
  structure,
  text,
} from '../synthetic.ts';

const second = new Date('2015-01-25T08:00:00Z');
const get = ['GET', '/Operation', 200] as const;
const jsonText = simple(text, { mediaType: 'application/json' });

const header = (schema: unknown, name: string) => [schema, { httpHeader: name }] as const;
const inQuery = (schema: unknown, name: string) => [schema, { httpQuery: name }] as const;

const headers = structure('Headers', {
  text: header(text, 'X-Text'),
  number: header(number, 'X-Number'),
  flag: header(flag, 'X-Flag'),
  texts: header(list(text), 'X-Texts'),
  numbers: header(list(number), 'X-Numbers'),
  flags: header(list(flag), 'X-Flags'),
  instants: header(list(instant), 'X-Instants'),
  instant: header(instant, 'X-Instant'),
  dateTime: header(dateTime, 'X-DateTime'),
  epoch: header(epochSeconds, 'X-Epoch'),
  json: header(jsonText, 'X-Json'),
  prefixed: [map(text), { httpPrefixHeaders: 'X-Foo-' }],
});

const queries = structure('Queries', {
  text: inQuery(text, 'Text'),
  number: inQuery(number, 'Number'),
  flag: inQuery(flag, 'Flag'),
  texts: inQuery(list(text), 'Texts'),
  numbers: inQuery(list(number), 'Numbers'),
  instant: inQuery(instant, 'Instant'),
  httpDate: inQuery(httpDate, 'HttpDate'),
  epoch: inQuery(epochSeconds, 'Epoch'),
  rest: [map(text), { httpQueryParams: 1 }],
});
const queryLists = structure('QueryLists', {
  foo: inQuery(text, 'foo'),
  rest: [map(list(text)), { httpQueryParams: 1 }],
});

const label = [text, { httpLabel: 1 }] as const;
const labels = structure('Labels', { a: label, n: [number, { httpLabel: 1 }], t: [instant, { httpLabel: 1 }] });
const oneLabel = structure('OneLabel', { a: label });
const numberLabel = structure('NumberLabel', { n: [number, { httpLabel: 1 }] });
const greedy = structure('Greedy', { a: label, rest: label });

export const cases: Cases = {
  protocol: 'rest-json',
  requests: [
    { id: 'a header of text', input: headers, http: get, headers: { 'x-text': 'Hello' }, means: { text: 'Hello' } },
    { id: 'an empty header', input: headers, http: get, headers: { 'x-text': '' }, means: { text: '' } },
    {
      id: 'a header that is a number',
      input: headers,
      http: get,
      headers: { 'x-number': '1.5' },
      means: { number: 1.5 },
    },
    {
      id: 'a header that is NaN',
      input: headers,
      http: get,
      headers: { 'x-number': 'NaN' },
      means: { number: Number.NaN },
    },
    { id: 'a header that is a truth', input: headers, http: get, headers: { 'x-flag': 'true' }, means: { flag: true } },
    {
      id: 'a header of texts',
      input: headers,
      http: get,
      headers: { 'x-texts': 'a, b,c' },
      means: { texts: ['a', 'b', 'c'] },
    },
    {
      id: 'a header of quoted texts',
      input: headers,
      http: get,
      headers: { 'x-texts': '"b,c", "\\"def\\"", a' },
      means: { texts: ['b,c', '"def"', 'a'] },
    },
    {
      id: 'a header of numbers',
      input: headers,
      http: get,
      headers: { 'x-numbers': '1, 2,3' },
      means: { numbers: [1, 2, 3] },
    },
    {
      id: 'a header of truths',
      input: headers,
      http: get,
      headers: { 'x-flags': 'true, false' },
      means: { flags: [true, false] },
    },
    {
      id: 'a header of dates',
      input: headers,
      http: get,
      headers: { 'x-instants': 'Sun, 25 Jan 2015 08:00:00 GMT, Sun, 25 Jan 2015 08:00:00 GMT' },
      means: { instants: [second, second] },
    },
    {
      id: 'a header that is a date',
      input: headers,
      http: get,
      headers: { 'x-instant': 'Sun, 25 Jan 2015 08:00:00 GMT' },
      means: { instant: second },
    },
    {
      id: 'a header in date-time',
      input: headers,
      http: get,
      headers: { 'x-datetime': '2015-01-25T08:00:00Z' },
      means: { dateTime: second },
    },
    {
      id: 'a header in seconds',
      input: headers,
      http: get,
      headers: { 'x-epoch': '1422172800' },
      means: { epoch: second },
    },
    {
      id: 'a header of JSON',
      input: headers,
      http: get,
      headers: { 'x-json': Buffer.from('{"a":1}').toString('base64') },
      means: { json: '{"a":1}' },
    },
    {
      id: 'prefix headers',
      input: headers,
      http: get,
      headers: { 'x-foo-abc': 'Abc', 'x-foo-def': 'Def' },
      means: { prefixed: { abc: 'Abc', def: 'Def' } },
    },
    { id: 'no prefix headers', input: headers, http: get, headers: { 'x-fox': 'Abc' }, means: {} },
    { id: 'a query of text', input: queries, http: get, query: 'Text=a%20b%2Bc', means: { text: 'a b+c' } },
    { id: 'a query with plus for space', input: queries, http: get, query: 'Text=a+b', means: { text: 'a b' } },
    { id: 'an empty query value', input: queries, http: get, query: 'Text=', means: { text: '' } },
    { id: 'a query name without a value', input: queries, http: get, query: 'Text', means: { text: '' } },
    {
      id: 'query numbers and truths',
      input: queries,
      http: get,
      query: 'Number=-1.5&Flag=false',
      means: { number: -1.5, flag: false },
    },
    {
      id: 'query lists',
      input: queries,
      http: get,
      query: 'Texts=a&Texts=b&Numbers=1&Numbers=2',
      means: { texts: ['a', 'b'], numbers: [1, 2] },
    },
    {
      id: 'query instants',
      input: queries,
      http: get,
      query: 'Instant=2015-01-25T08%3A00%3A00Z&Epoch=1422172800&HttpDate=Sun%2C%2025%20Jan%202015%2008%3A00%3A00%20GMT',
      means: { instant: second, epoch: second, httpDate: second },
    },
    {
      id: 'the rest of the query',
      input: queries,
      http: get,
      query: 'Text=a&b=c&d=',
      means: { text: 'a', rest: { b: 'c', d: '' } },
    },
    {
      id: 'the rest of the query as lists',
      input: queryLists,
      http: get,
      query: 'foo=a&b=c&b=d',
      means: { foo: 'a', rest: { b: ['c', 'd'] } },
    },
    {
      id: 'labels',
      input: labels,
      http: ['GET', '/x/{a}/{n}/{t}', 200],
      path: '/x/a%20b%2Fc%3F/4.5/2015-01-25T08%3A00%3A00Z',
      means: { a: 'a b/c?', n: 4.5, t: second },
    },
    {
      id: 'labels with plus and unicode',
      input: oneLabel,
      http: ['GET', '/x/{a}', 200],
      path: '/x/a+%C3%A9',
      means: { a: 'a+é' },
    },
    {
      id: 'greedy labels',
      input: greedy,
      http: ['GET', '/x/{a}/y/{rest+}', 200],
      path: '/x/1/y/2/3%2F4//5/',
      means: { a: '1', rest: '2/3/4//5/' },
    },
    {
      id: 'constant queries',
      input: queries,
      http: ['GET', '/Operation?foo=bar&hello', 200],
      query: 'foo=bar&hello&Text=a',
      means: { text: 'a', rest: { foo: 'bar', hello: '' } },
    },
  ],
  responses: [
    {
      id: 'headers',
      output: headers,
      value: { text: 'Hello', number: 1.5, flag: true },
      headers: { 'x-text': 'Hello', 'x-number': '1.5', 'x-flag': 'true' },
    },
    {
      id: 'header lists',
      output: headers,
      value: { texts: ['a', 'b,c', '"def"'], numbers: [1, 2], flags: [true, false], instants: [second] },
      headers: {
        'x-texts': 'a, "b,c", "\\"def\\""',
        'x-numbers': '1, 2',
        'x-flags': 'true, false',
        'x-instants': 'Sun, 25 Jan 2015 08:00:00 GMT',
      },
    },
    {
      id: 'header instants',
      output: headers,
      value: { instant: second, dateTime: second, epoch: second },
      headers: {
        'x-instant': 'Sun, 25 Jan 2015 08:00:00 GMT',
        'x-datetime': '2015-01-25T08:00:00Z',
        'x-epoch': '1422172800',
      },
    },
    { id: 'header JSON', output: headers, value: { json: '{"a":1}' }, headers: { 'x-json': 'eyJhIjoxfQ==' } },
    {
      id: 'prefix headers',
      output: headers,
      value: { prefixed: { Abc: 'x', def: 'y' } },
      headers: { 'x-foo-abc': 'x', 'x-foo-def': 'y' },
    },
    {
      id: 'no line break in a header',
      output: headers,
      value: { text: 'a\r\nx-evil: 1' },
      headers: { 'x-text': 'a  x-evil: 1' },
    },
    {
      id: 'UTF-8 in a header',
      output: headers,
      value: { text: '日' },
      headers: {
        'x-text': Buffer.from('日')
          .toString('latin1')
          .replace(/[^\t\x20-\x7e\x80-\xff]/g, ' '),
      },
    },
  ],
  refusals: [
    {
      id: 'a wrong number in a header',
      input: headers,
      http: get,
      headers: { 'x-number': 'x' },
      code: 'SerializationException',
    },
    {
      id: 'a wrong truth in a header',
      input: headers,
      http: get,
      headers: { 'x-flag': 'yes' },
      code: 'SerializationException',
    },
    {
      id: 'a wrong date in a header',
      input: headers,
      http: get,
      headers: { 'x-instant': 'today' },
      code: 'SerializationException',
    },
    {
      id: 'a wrong item in a header',
      input: headers,
      http: get,
      headers: { 'x-numbers': '1, x' },
      code: 'SerializationException',
    },
    { id: 'a wrong number in the query', input: queries, http: get, query: 'Number=x', code: 'SerializationException' },
    { id: 'a broken query', input: queries, http: get, query: 'Text=%', code: 'SerializationException' },
    {
      id: 'a broken label',
      input: oneLabel,
      http: ['GET', '/x/{a}', 200],
      path: '/x/%c3%28',
      code: 'SerializationException',
    },
    {
      id: 'a wrong number in a label',
      input: numberLabel,
      http: ['GET', '/x/{n}', 200],
      path: '/x/abc',
      code: 'SerializationException',
    },
  ],
};
