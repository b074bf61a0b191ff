/** What both listings of objects do alike: a page of keys and groups of keys, and where the next one begins. */
import type { CommonPrefix, _Object as S3Object } from '@aws-sdk/client-s3';
import type { Call } from '../../../contract/call.ts';
import { getBucket } from '../buckets/bucket.ts';
import type { S3Deps } from '../deps.ts';
import { quoted, secondsOf } from '../objects/object.ts';
import { ownerOf } from '../owner.ts';
import { invalidArgument } from '../refusals.ts';
import { justAfter, successorOf } from './key-order.ts';
import { type ListedEntry, type ListedObject, listEntries } from './listing-store.ts';

/** The largest page, and the default. */
const pageSize = 1000;

export function readPageSize(value: number | undefined, argument: string, call: Call): number {
  return Math.min(readWholeNumber(String(value ?? pageSize), argument, call), pageSize);
}

/** S3 distinguishes a value that is no 32-bit integer from a negative one. */
export function readWholeNumber(text: string, argument: string, call: Call): number {
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= -(2 ** 31) && value < 2 ** 31)) {
    throw invalidArgument(call, `Provided ${argument} not an integer or within integer range`, argument, text);
  }
  if (value >= 0) return value;
  const message = `Argument ${argument} must be an integer between 0 and 2147483647`;
  throw invalidArgument(call, message, argument, text);
}

interface ListingInput {
  readonly Bucket: string;
  readonly ExpectedBucketOwner?: string | undefined;
  readonly Prefix?: string | undefined;
  readonly Delimiter?: string | undefined;
}

interface ListingPage {
  readonly contents: readonly S3Object[];
  readonly commonPrefixes: readonly CommonPrefix[];
  readonly isTruncated: boolean;
  /** The last key or group, unencoded. */
  readonly last: string | undefined;
  /** Where the next page begins. */
  readonly next: string | undefined;
}

interface PageOptions {
  readonly from: string;
  readonly size: number;
  readonly withOwner: boolean;
  readonly write: (text: string) => string;
}

export async function readPage(
  input: ListingInput,
  { from, size, withOwner, write }: PageOptions,
  call: Call,
  deps: S3Deps,
): Promise<ListingPage> {
  const bucket = await getBucket(deps, call, input);
  if (size === 0) return { contents: [], commonPrefixes: [], isTruncated: false, last: undefined, next: undefined };
  const { Prefix: prefix = '', Delimiter: delimiter } = input;
  const found = await listEntries(deps.database, { bucket: bucket.name, from, prefix, delimiter, limit: size + 1 });
  const shown = found.slice(0, size);
  const owner = withOwner ? ownerOf(bucket.account) : undefined;
  const last = shown.at(-1);
  return {
    contents: shown.flatMap((entry) => (entry.kind === 'object' ? [toObject(entry.object, owner, write)] : [])),
    commonPrefixes: shown.flatMap((entry) => (entry.kind === 'group' ? [{ Prefix: write(entry.prefix) }] : [])),
    isTruncated: found.length > size,
    last: last && nameOf(last),
    next: last && behind(last),
  };
}

function toObject(row: ListedObject, owner: { ID: string } | undefined, write: (text: string) => string): S3Object {
  return {
    Key: write(row.key),
    LastModified: secondsOf(row.last_modified),
    ETag: quoted(row.etag),
    ChecksumAlgorithm: [row.checksum_algorithm],
    ChecksumType: row.checksum_type,
    Size: row.size,
    StorageClass: row.storage_class as 'STANDARD',
    Owner: owner,
  };
}

function nameOf(entry: ListedEntry): string {
  return entry.kind === 'object' ? entry.object.key : entry.prefix;
}

function behind(entry: ListedEntry): string | undefined {
  return entry.kind === 'object' ? justAfter(entry.object.key) : successorOf(entry.prefix);
}

/** Where a listing begins that continues behind a key or a group which the client names. */
export function behindMarker(marker: string | undefined, { Prefix: prefix = '', Delimiter: delimiter }: ListingInput) {
  if (marker === undefined || marker === '') return '';
  const isGroup =
    delimiter !== undefined &&
    delimiter !== '' &&
    marker.startsWith(prefix) &&
    marker.length >= prefix.length + delimiter.length &&
    marker.indexOf(delimiter, prefix.length) === marker.length - delimiter.length;
  return (isGroup ? successorOf(marker) : undefined) ?? justAfter(marker);
}
