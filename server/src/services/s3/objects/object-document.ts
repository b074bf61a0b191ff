/** An object's metadata, stored as JSON in its row: members of the request that wrote it, and the sizes of its parts. */
import type { AccessControlPolicy } from '@aws-sdk/client-s3';
import type { Call } from '../../../contract/call.ts';
import { withoutCoding } from '../../../kit/content-coding.ts';
import { readUserMetadata, type UserMetadata, writeUserMetadata } from './user-metadata.ts';

export interface ObjectDocument {
  readonly CacheControl?: string | undefined;
  readonly ContentDisposition?: string | undefined;
  readonly ContentEncoding?: string | undefined;
  readonly ContentLanguage?: string | undefined;
  readonly ContentType: string;
  /** Milliseconds since 1970. */
  readonly Expires?: number | undefined;
  readonly WebsiteRedirectLocation?: string | undefined;
  readonly Metadata: UserMetadata;
  /** See object-acl.ts; nothing where the object is its owner's alone. */
  readonly acl?: AccessControlPolicy | undefined;
  /** Of an object that was uploaded in parts: the parts' sizes, and the upload, so that a repeated completion is recognized. */
  readonly parts?: { readonly uploadId: string; readonly sizes: readonly number[] };
}

export interface DescribingInput {
  readonly CacheControl?: string | undefined;
  readonly ContentDisposition?: string | undefined;
  readonly ContentEncoding?: string | undefined;
  readonly ContentLanguage?: string | undefined;
  readonly ContentType?: string | undefined;
  readonly Expires?: Date | undefined;
  readonly WebsiteRedirectLocation?: string | undefined;
  readonly Metadata?: Readonly<Record<string, string>> | undefined;
}

export function documentOf(input: DescribingInput, call: Call): ObjectDocument {
  return {
    CacheControl: input.CacheControl,
    ContentDisposition: input.ContentDisposition,
    // It describes the transfer and is not stored.
    ContentEncoding: withoutCoding(input.ContentEncoding, 'aws-chunked'),
    ContentLanguage: input.ContentLanguage,
    ContentType: input.ContentType || 'binary/octet-stream',
    Expires: input.Expires?.getTime(),
    WebsiteRedirectLocation: input.WebsiteRedirectLocation,
    Metadata: readUserMetadata(input.Metadata, call),
  };
}

/** The members of an answer that describe the object. */
export function describe(document: ObjectDocument) {
  const { Expires: expires, Metadata: metadata, parts: _parts, acl: _acl, ...headers } = document;
  return {
    ...headers,
    Expires: expires === undefined ? undefined : new Date(expires),
    Metadata: writeUserMetadata(metadata),
  };
}
