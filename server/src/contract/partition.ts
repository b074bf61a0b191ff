/**
 * Partitions: the groups of regions that AWS keeps apart, each with ARNs and accounts of its own. Which one a region is in decides every
 * ARN that is made here: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
 */

/** The patterns that AWS's SDKs know regions by (botocore's partitions.json); whatever is none of these is in `aws`. */
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
