/** The regions that S3 knows, as its model lists them for constraints; the first needs none and is not among those. */
import { constraintsOf } from '../../../models/constraints.ts';

/** The region that takes no LocationConstraint, and whose endpoint creates buckets of every region. */
export const firstRegion = 'us-east-1';

/** Of every region but the first. `EU` is a name of eu-west-1, and none of a region. */
export function isOtherRegion(name: string): boolean {
  return name !== 'EU' && (constraintsOf('s3').shapes.BucketLocationConstraint?.enum ?? []).includes(name);
}
