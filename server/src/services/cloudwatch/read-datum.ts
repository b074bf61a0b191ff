/**
 * One MetricDatum, checked and summarized. The sentences are as observed from CloudWatch.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html
 */
import type { Call } from '../../contract/call.ts';
import type { Input } from '../../models/types.ts';
import { type Summary, summarize, summarizeSet } from './summary.ts';

export type Datum = NonNullable<Input<'cloudwatch', 'PutMetricData'>['MetricData']>[number];

/** AWS keeps magnitudes between 2^-360 and 2^360, and zero. */
const greatest = 2 ** 360;
const day = 24 * 60 * 60 * 1000;
const oldestMs = 14 * day;
const newestMs = 2 * 60 * 60 * 1000;

function checkNumber(value: number, path: string, call: Call): void {
  if (!Number.isFinite(value) || Math.abs(value) > greatest) {
    throw call.error('InvalidParameterValue', `The value ${value} for parameter ${path} is invalid.`);
  }
}

function checkExclusive(datum: Datum, path: string, call: Call): void {
  const given = [
    ['Value', datum.Value !== undefined],
    ['Values', Boolean(datum.Values?.length)],
    ['StatisticValues', datum.StatisticValues !== undefined],
  ].flatMap(([name, isGiven]) => (isGiven ? [`${path}.${name}`] : []));
  if (given.length > 1) {
    throw call.error(
      'InvalidParameterCombination',
      `The parameters ${given[0]} and ${given[1]} are mutually exclusive and you have specified both.`,
    );
  }
  if (given.length === 0) {
    throw call.error(
      'MissingParameter',
      `At least one of the parameters ${path}.Value, ${path}.Values or ${path}.StatisticValues must be specified.`,
    );
  }
}

function readValues(values: readonly number[], counts: readonly number[], path: string, call: Call): Summary {
  if (counts.length > 0 && counts.length !== values.length) {
    throw call.error(
      'InvalidParameterValue',
      `The parameters ${path}.Values and ${path}.Counts must be of the same size.`,
    );
  }
  values.forEach((value, at) => {
    checkNumber(value, `${path}.Values.member.${at + 1}`, call);
  });
  counts.forEach((count, at) => {
    if (!(count > 0)) {
      throw call.error(
        'InvalidParameterValue',
        `The value ${count} for parameter ${path}.Counts.member.${at + 1} is invalid.`,
      );
    }
    checkNumber(count, `${path}.Counts.member.${at + 1}`, call);
  });
  return summarize(values, counts);
}

function readSet(set: NonNullable<Datum['StatisticValues']>, path: string, call: Call): Summary {
  const numbers = [set.SampleCount, set.Sum, set.Minimum, set.Maximum] as const;
  (['SampleCount', 'Sum', 'Minimum', 'Maximum'] as const).forEach((name) => {
    checkNumber(set[name], `${path}.StatisticValues.${name}`, call);
  });
  if (set.Maximum < set.Minimum) {
    throw call.error(
      'InvalidParameterCombination',
      `The parameter ${path}.StatisticValues.Maximum must be greater than ${path}.StatisticValues.Minimum.`,
    );
  }
  if (set.SampleCount <= 0) {
    throw call.error(
      'InvalidParameterValue',
      `The parameter ${path}.StatisticValues.SampleCount must be greater than 0.`,
    );
  }
  return summarizeSet(...numbers);
}

export interface ReadDatum {
  readonly summary: Summary;
  readonly bucketAt: number;
  readonly unit: string;
}

/** `at` counts from 0; the sentences count from 1. */
export function readDatum(datum: Datum, at: number, call: Call): ReadDatum {
  const path = `MetricData.member.${at + 1}`;
  checkExclusive(datum, path, call);
  const time = datum.Timestamp?.getTime() ?? call.now.getTime();
  const age = call.now.getTime() - time;
  if (!(age <= oldestMs && age >= -newestMs)) {
    throw call.error(
      'InvalidParameterValue',
      `The parameter ${path}.Timestamp must specify a time no older than two weeks and no more than two hours in the future.`,
    );
  }
  const resolution = datum.StorageResolution ?? 60;
  if (resolution !== 1 && resolution !== 60) {
    throw call.error(
      'InvalidParameterValue',
      `The value ${resolution} for parameter ${path}.StorageResolution is invalid.`,
    );
  }
  const bucketMs = resolution * 1000;
  const summary = datum.StatisticValues
    ? readSet(datum.StatisticValues, path, call)
    : datum.Values?.length
      ? readValues(datum.Values, datum.Counts ?? [], path, call)
      : readSingle(datum.Value ?? Number.NaN, path, call);
  return { summary, bucketAt: Math.floor(time / bucketMs) * bucketMs, unit: datum.Unit ?? 'None' };
}

function readSingle(value: number, path: string, call: Call): Summary {
  checkNumber(value, `${path}.Value`, call);
  return summarize([value], []);
}
