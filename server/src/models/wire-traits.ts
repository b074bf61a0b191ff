/**
 * What is special about a service's requests and answers, beyond its protocol. Every member is optional: a service without traits is read as its protocol
 * says. Data only; wire/ and gateway/ implement the values.
 */
export interface WireTraits {
  /**
   * A request that names no service (by signature, X-Amz-Target, form or smithy-protocol header) is for this service: an anonymous read, a presigned URL
   * of Signature Version 2, a browser's form, a preflight. One service of the catalog has this.
   */
  readonly takesUnnamedRequests?: true;
  /** The gateway's own errors have S3's codes, texts and statuses (gateway/refusals.ts) instead of the protocol's. */
  readonly errors?: 's3';
  /**
   * `declared`: the signature covers the header x-amz-content-sha256, so it is verified before the body is read; the body is then streamed and verified
   * against the header (a hash, signed chunks, nothing). Without it the whole body is gathered first, because its hash is signed.
   */
  readonly payload?: 'declared';
  readonly signing?: SigningTraits;
  /** `virtual-host`: the bucket may be in the Host header instead of the path (wire/virtual-host.ts). */
  readonly addressing?: 'virtual-host';
  /** x-amz-* parameters of the query count as headers, as in a presigned URL (wire/presigned-headers.ts). */
  readonly headersInQuery?: true;
  /** Content-Encoding belongs to what is stored: a gzip body is not decompressed. */
  readonly storesContentEncoding?: true;
  /** Content-MD5 and x-amz-checksum-* headers of a document are verified before it is parsed (gateway/document-digest.ts). */
  readonly verifiesDocumentDigests?: true;
  readonly validation?: ValidationTraits;
  /** `dynamodb`: an aws-json of its own: texts of its reader, names of errors, a checksum (wire/dynamodb-json.ts). */
  readonly dialect?: 'dynamodb';
  /** `s3`: single operations deviate from the model (wire/s3-exceptions.ts). */
  readonly exceptions?: 's3';
}

export interface SigningTraits {
  /** The path is signed as it was sent, percent-encoded once; other services sign the normalized path, encoded twice. */
  readonly encodesPathOnce?: true;
  /** Every x-amz-* header must be signed; other services require only `host`. */
  readonly requiresAmzHeaders?: true;
  /** A region that cannot exist is refused with the right one in the answer, and clients retry with it. */
  readonly correctsRegion?: true;
  /** Signature Version 2 in the query is accepted (docs/decisions/0016-signature-version-2.md). */
  readonly acceptsVersion2?: true;
  /** An HTML form whose policy is signed is accepted as a PutObject. */
  readonly acceptsForms?: true;
}

export interface ValidationTraits {
  /** The error code for an input that violates the model, where it does not follow from the protocol and the modelled errors. */
  readonly code?: string;
  /** The operations check their inputs against the model themselves, because they change them before. */
  readonly byOperations?: true;
  /** Only missing members are reported; the operations report everything else with messages of their own. */
  readonly requiredMembersOnly?: true;
  /** The error for a document that is required and missing. */
  readonly missingDocument?: { readonly code: string; readonly message: string };
}
