/** awsQuery: forms in, XML out. Source: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html */
import { AwsError } from '../contract/aws-error.ts';
import { structureOf } from '../models/shape.ts';
import { errorMembers, findErrorModel, gatheredBody } from './answers.ts';
import { formCost } from './document-cost.ts';
import { type FormNode, formTree, readFormStructure } from './form-values.ts';
import type { JsonObject } from './json-values.ts';
import { Malformed } from './malformed.ts';
import type { Protocol, WireRequest } from './protocol.ts';
import { splitQuery } from './query-string.ts';
import { escapeXml, writeXmlElement, writeXmlMember } from './xml-values.ts';

const style = { wholeSeconds: true };
const forms = new WeakMap<WireRequest, Map<string, string>>();

export const query: Protocol = {
  name: 'query',
  cost: formCost,
  operationOf: (model, request) => {
    const form = formOf(request);
    const version = form.get('Version');
    if (version !== undefined && version !== model.entry.version) return undefined;
    return form.get('Action');
  },
  parse: (_model, operation, request) => {
    try {
      const root: FormNode = formTree(formOf(request));
      return readFormStructure(structureOf(operation.input), root);
    } catch (cause) {
      if (!(cause instanceof Malformed)) throw cause;
      throw new AwsError('MalformedInput', cause.message, { status: 400, cause });
    }
  },
  serialize: (model, operation, output, { requestId }) => {
    const shape = structureOf(operation.output);
    const { name } = operation;
    const result =
      shape.name === 'Unit'
        ? ''
        : writeXmlElement(`${name}Result`, shape, (output ?? {}) as JsonObject, style, undefined);
    const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
    const body = `<${name}Response xmlns="${model.entry.xmlNamespace}">${result}${metadata}</${name}Response>`;
    return { status: 200, headers: headers(requestId), body };
  },
  serializeError: (model, error, status, { requestId }) => {
    const found = findErrorModel(model, error);
    const { structure, values } = errorMembers(error, found, 'Message');
    const members = (structure?.members ?? []).filter(({ name }) => name.toLowerCase() !== 'message');
    const fields = members.map((member) => {
      const value = values[member.name];
      return value == null ? '' : writeXmlMember(member.xmlName, member, value, style);
    });
    const namespace = model?.entry.xmlNamespace ? ` xmlns="${model.entry.xmlNamespace}"` : '';
    const type = status >= 500 ? 'Receiver' : 'Sender';
    const code = escapeXml(found?.code ?? error.code);
    const body = `<ErrorResponse${namespace}><Error><Type>${type}</Type><Code>${code}</Code><Message>${escapeXml(error.message)}</Message>${fields.join('')}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
    return { status, headers: { ...headers(requestId), ...error.headers }, body };
  },
};

function headers(requestId: string): Record<string, string> {
  return { 'content-type': 'text/xml', 'x-amzn-RequestId': requestId };
}

/** The parameters of a POSTed form, or of the query string of a GET. Parsed once per request. */
function formOf(request: WireRequest): Map<string, string> {
  let form = forms.get(request);
  if (form === undefined) {
    form = readForm(request);
    forms.set(request, form);
  }
  return form;
}

function readForm(request: WireRequest): Map<string, string> {
  const type = request.headers['content-type'] ?? '';
  try {
    const form = new Map(splitQuery(request.query));
    const isForm = type === '' || type.startsWith('application/x-www-form-urlencoded');
    if (isForm && request.body instanceof Uint8Array && request.body.length > 0) {
      for (const [name, value] of splitQuery(gatheredBody(request).toString('utf8'))) form.set(name, value);
    }
    return form;
  } catch (cause) {
    if (!(cause instanceof Malformed)) throw cause;
    throw new AwsError('MalformedQueryString', cause.message, { status: 400, cause });
  }
}
