/** AWS's protocols by the catalog's names. */
import type { ProtocolName } from '../models/catalog.ts';
import { awsJson } from './aws-json.ts';
import type { Protocol } from './protocol.ts';
import { query } from './query.ts';
import { restJson } from './rest-json.ts';
import { restXml } from './rest-xml.ts';
import { rpcCbor } from './rpc-cbor.ts';

export const protocols: Readonly<Record<ProtocolName, Protocol>> = {
  'aws-json-1.0': awsJson('1.0'),
  'aws-json-1.1': awsJson('1.1'),
  'rest-json': restJson,
  'rest-xml': restXml,
  query,
  'rpc-v2-cbor': rpcCbor,
};
