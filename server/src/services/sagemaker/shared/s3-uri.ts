/** S3 locations in the forms that SageMaker's clients send: s3://…, and https://… of either style. Pure. */
export interface S3Location {
  readonly bucket: string;
  /** Empty for the whole bucket. */
  readonly key: string;
}

const forms = [
  /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s,
  /^https:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\.s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?(?:\/(.*))?$/s,
  /^https:\/\/s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s,
];

/** Undefined if the text is not an S3 location. */
export function parseS3Uri(uri: string): S3Location | undefined {
  for (const form of forms) {
    const match = form.exec(uri);
    if (match) return { bucket: match[1] ?? '', key: match[2] ?? '' };
  }
  return undefined;
}

/** A key below a location that is a folder. */
export function below({ bucket, key }: S3Location, ...names: readonly string[]): S3Location {
  const folder = key === '' || key.endsWith('/') ? key : `${key}/`;
  return { bucket, key: folder + names.join('/') };
}

export const formatS3Uri = ({ bucket, key }: S3Location) => `s3://${bucket}/${key}`;
