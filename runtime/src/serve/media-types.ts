/**
 * Which reader belongs to a Content-Type and which writer to an Accept header. The container's rules and sentences (aws/sagemaker-xgboost-container, v1.7-1:
 * data_utils.py, get_content_type(); algorithm_mode/serve.py, _parse_accept()). Differs by design: application/json bodies are read; of the
 * answers only CSV and JSON are written, and a list in Accept is looked through.
 */
import { readCsv } from './csv.ts';
import { encodeCsv, encodeJson } from './encode.ts';
import { readJsonRows } from './json-rows.ts';
import { readLibsvm } from './libsvm.ts';
import type { Predictions } from './predictions.ts';
import { RequestError } from './request-error.ts';

export type BodyReader = (bytes: Buffer, from: number, to: number, predictions: Predictions) => void;

export interface BodyWriter {
  readonly contentType: string;
  encode(predictions: Predictions): string;
}

const readers: Readonly<Record<string, BodyReader>> = {
  csv: readCsv,
  'text/csv': readCsv,
  libsvm: readLibsvm,
  'text/libsvm': readLibsvm,
  'text/x-libsvm': readLibsvm,
  'application/json': readJsonRows,
};
const unread = ['parquet', 'application/x-parquet', 'recordio-protobuf', 'application/x-recordio-protobuf'];

// Flask adds the charset to text types.
const csv: BodyWriter = { contentType: 'text/csv; charset=utf-8', encode: encodeCsv };
const json: BodyWriter = { contentType: 'application/json', encode: encodeJson };

const mediaType = (header: string) => (header.split(';', 1)[0] as string).trim().toLowerCase();

export function bodyReader(contentType: string): BodyReader {
  // The container takes a body without a type for libsvm.
  const type = contentType === '' ? 'libsvm' : mediaType(contentType);
  const labels = /;\s*label_size\s*=\s*([^;]*)/i.exec(contentType)?.[1]?.trim();
  if (type.endsWith('csv') && labels !== undefined && labels !== '1') {
    throw new RequestError(
      415,
      `${contentType} is not an accepted csv ContentType. Optional parameter label_size must be equal to 1`,
    );
  }
  const reader = Object.hasOwn(readers, type) ? readers[type] : undefined;
  if (reader) return reader;
  if (unread.includes(type)) throw new RequestError(415, `Content-type ${contentType} is not supported.`);
  throw new RequestError(415, `${contentType} is not an accepted ContentType: ${Object.keys(readers).join(', ')}.`);
}

export function bodyWriter(accept: string): BodyWriter {
  for (const part of accept.split(',')) {
    const type = mediaType(part);
    if (type === '' || type === '*/*' || type === 'text/*' || type === 'text/csv') return csv;
    if (type === 'application/json' || type === 'application/*') return json;
  }
  throw new RequestError(
    406,
    `Accept type ${accept} is not supported. Please use supported accept types: ['application/json', 'text/csv'].`,
  );
}
