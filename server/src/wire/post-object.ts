/**
 * A browser's upload as a PutObject, and PutObject's answer in the form for browsers. Source:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
 */
import { AwsError } from '../contract/aws-error.ts';
import type { WireRequest, WireResponse } from './protocol.ts';
import { encodeUri } from './sigv4.ts';
import { bucketOfHost } from './virtual-host.ts';
import { parseXml } from './xml-parse.ts';
import { escapeXml, xmlHeader } from './xml-values.ts';

type Head = Omit<WireRequest, 'body'>;
export type Fields = ReadonlyMap<string, string>;

const isForm = (head: Head) => /^multipart\/form-data\b/i.test(head.headers['content-type'] ?? '');

/** The bucket that an unsigned POST without a query is for, undefined for any other request. Throws for one to an object, and for one that is no form. */
export function bucketOfPost(head: Head): string | undefined {
  const { method, query, headers, path } = head;
  if (method !== 'POST' || query !== '' || headers.authorization !== undefined) return undefined;
  const hosted = bucketOfHost(headers.host, head.domain);
  const [first = '', ...rest] = path.slice(1).split('/');
  const bucket = hosted ?? first;
  const key = hosted === undefined ? rest.join('/') : path.slice(1);
  if (bucket === '' || headers['x-amz-target'] !== undefined || headers['smithy-protocol'] !== undefined)
    return undefined;
  if (!isForm(head)) {
    // Other services' paths have several segments or another type.
    if (key !== '' || /urlencoded|json|cbor/.test(headers['content-type'] ?? '')) return undefined;
    throw new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
      status: 412,
      fields: { Condition: 'Bucket POST must be of the enclosure-type multipart/form-data' },
    });
  }
  if (key === '') return bucket;
  throw new AwsError('MethodNotAllowed', 'The specified method is not allowed against this resource.', {
    status: 405,
    fields: { Method: 'POST', ResourceType: 'OBJECT' },
  });
}

export function missingField(name: string): AwsError {
  return new AwsError(
    'InvalidArgument',
    `Bucket POST must contain a field named '${name}'.  If it is specified, please check the order of the fields.`,
    { status: 400, fields: { ArgumentName: name, ArgumentValue: '' } },
  );
}

/** Fields that are headers of PutObject under the same name. */
const headerFields =
  /^(cache-control|content-(type|disposition|encoding|language|md5)|expires|x-amz-(meta-.+|storage-class|website-redirect-location|tagging|server-side-encryption.*|checksum-.+|sdk-checksum-algorithm|object-lock-.+|acl|grant-.+))$/;

/** Node writes the text of a header as Latin-1: its UTF-8 bytes. */
const bytes = (text: string) => Buffer.from(text, 'utf8').toString('latin1');

function tagsOf(xml: string): string {
  const malformed = () =>
    new AwsError(
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema',
      { status: 400 },
    );
  let found: ReturnType<typeof parseXml>;
  try {
    found = parseXml(xml);
  } catch {
    throw malformed();
  }
  const below = (element: typeof found, name: string) => element.children.filter((child) => child.name === name);
  const tags = below(found, 'TagSet').flatMap((set) => below(set, 'Tag'));
  const pairs = tags.map((tag) => ['Key', 'Value'].map((name) => encodeUri(below(tag, name)[0]?.text ?? '')).join('='));
  return pairs.join('&');
}

/** Headers as PutObject reads them; only the host is the request's own. */
function headersOf(fields: Fields, { headers }: Head): Record<string, string> {
  const result: Record<string, string> = { host: headers.host ?? '' };
  for (const [name, value] of fields) {
    if (headerFields.test(name)) result[name] = bytes(value);
  }
  const acl = fields.get('acl');
  if (acl !== undefined) result['x-amz-acl'] = acl;
  const tagging = fields.get('tagging');
  if (tagging !== undefined) result['x-amz-tagging'] = tagsOf(tagging);
  return result;
}

export function asPutObject(head: Head, fields: Fields, body: WireRequest['body']): WireRequest {
  const key = (fields.get('key') ?? '').split('/').map(encodeUri).join('/');
  const base = head.path.replace(/\/$/, '');
  return { ...head, method: 'PUT', path: `${base}/${key}`, headers: headersOf(fields, head), body };
}

/** An absolute URL; S3 ignores any other. */
function redirectOf(fields: Fields): string | undefined {
  const url = fields.get('success_action_redirect') ?? fields.get('redirect');
  return url !== undefined && /^https?:\/\/[^\s/]/i.test(url) && URL.canParse(url) ? url : undefined;
}

export interface Posted {
  readonly bucket: string;
  readonly fields: Fields;
  readonly secure: boolean;
}

/** The answer to a browser: empty, a document or a redirect. */
export function postAnswer(put: WireResponse, head: Head, { bucket, fields, secure }: Posted): WireResponse {
  const key = fields.get('key') ?? '';
  const etag = put.headers.etag ?? '';
  const { 'content-type': _type, 'content-length': _length, ...headers } = put.headers;
  const redirect = redirectOf(fields);
  if (redirect !== undefined) {
    const added = new URLSearchParams({ bucket, key, etag });
    const location = `${redirect}${redirect.includes('?') ? '&' : '?'}${added}`;
    return { status: 303, headers: { ...headers, location: bytes(location) }, body: undefined };
  }
  const base = `${secure ? 'https' : 'http'}://${head.headers.host ?? ''}${head.path.replace(/\/$/, '')}`;
  const location = `${base}/${encodeUri(key)}`;
  const status = Number(fields.get('success_action_status'));
  if (status !== 201) return { status: status === 200 ? 200 : 204, headers: { ...headers, location }, body: undefined };
  const members = { Location: location, Bucket: bucket, Key: key, ETag: etag };
  const content = Object.entries(members).map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`);
  return {
    status,
    headers: { ...headers, location, 'content-type': 'application/xml' },
    body: `${xmlHeader}<PostResponse>${content.join('')}</PostResponse>`,
  };
}
