/**
 * Partitions: groups of regions that AWS separates, each with ARNs and accounts of its own. The partition of a region is part of every ARN
 * that is made here: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
 */

/** The patterns by which AWS's SDKs recognize regions (botocore's partitions.json); all other regions are in `aws`. */
const others: readonly (readonly [partition: string, regions: RegExp])[] = [
  ['aws-cn', /^cn-/],
  ['aws-us-gov', /^us-gov-/],
  ['aws-iso', /^us-iso-/],
  ['aws-iso-b', /^us-isob-/],
  ['aws-iso-e', /^eu-isoe-/],
  ['aws-iso-f', /^us-isof-/],
  ['aws-eusc', /^eusc-/],
];

export function partitionOf(region: string): string {
  return others.find(([, regions]) => regions.test(region))?.[0] ?? 'aws';
}

export function isPartition(name: string): boolean {
  return name === 'aws' || others.some(([partition]) => partition === name);
}
