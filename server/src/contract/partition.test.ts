import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isPartition, partitionOf } from './partition.ts';

describe('partitionOf does', () => {
  const cases: readonly [string, string][] = [
    ['us-east-1', 'aws'],
    ['eu-central-2', 'aws'],
    ['ap-southeast-1', 'aws'],
    ['cn-northwest-1', 'aws-cn'],
    ['us-gov-west-1', 'aws-us-gov'],
    ['us-iso-east-1', 'aws-iso'],
    ['us-isob-east-1', 'aws-iso-b'],
    ['eu-isoe-west-1', 'aws-iso-e'],
    ['us-isof-south-1', 'aws-iso-f'],
    ['eusc-de-east-1', 'aws-eusc'],
  ];
  for (const [region, partition] of cases) {
    it(`say that ${region} is in ${partition}`, () => {
      assert.equal(partitionOf(region), partition);
      assert.ok(isPartition(partition));
    });
  }
});
