/** Settings of SageMaker. */
import { availableParallelism, totalmem } from 'node:os';
import { resolve } from 'node:path';
import { onOff, parsed, SettingError, wholeNumber } from '../../kit/setting.ts';

export const sagemakerSettings = {
  requireApprovedModelPackage: onOff({
    flag: 'require-approved-model-package',
    default: 'on',
    doc: 'Refuse CreateModel from a model package version whose approval status is not Approved. AWS does not refuse it. --no-require-approved-model-package turns it off.',
  }),
  jobCores: wholeNumber({
    flag: 'job-cores',
    default: 'the number of cores, at least 2',
    doc: 'Cores that jobs share. An instance type requests its vCPUs (ml.m5.large: 2), at most all of these. Jobs that do not fit wait in the order of creation.',
    least: 1,
    usual: () => Math.max(2, availableParallelism()),
  }),
  jobMemoryGiB: wholeNumber({
    flag: 'job-memory-gib',
    default: 'the memory of the machine, at least 8',
    doc: 'Memory that jobs share, in GiB. An instance type requests its own memory (ml.m5.large: 8), at most all of this.',
    least: 1,
    usual: () => Math.max(8, Math.floor(totalmem() / 2 ** 30)),
  }),
  pythonEnvironments: parsed({
    flag: 'python-environment',
    default: 'none',
    doc: 'Pythons of this machine to use as environments of script jobs: <environment or framework>=<program>, separated by commas (pytorch=/usr/bin/python3). Other environments are built from their lock files.',
    parse: ({ value, source }): Readonly<Record<string, string>> =>
      value === undefined ? {} : readPythons(value, source),
  }),
  imagesFile: parsed({
    flag: 'images',
    default: 'none',
    doc: 'File that maps images to the way they run: a JSON list of {"pattern": "my-registry/*", "runs": "container"}; runs is container, xgboost, evaluate or python:<environment> (clary environments names them), and the first match applies.',
    /** Absolute. */
    parse: ({ value }) => (value === undefined ? undefined : resolve(value)),
  }),
};

function readPythons(given: string, source: string): Record<string, string> {
  const pairs = given.split(',').map((pair) => /^\s*([\w.-]+)=(\/.+?)\s*$/.exec(pair));
  if (pairs.includes(null))
    throw new SettingError(`${source} must look like pytorch=/usr/bin/python3,name=/other/python3, not "${given}"`);
  return Object.fromEntries(pairs.map((pair) => [pair?.[1], pair?.[2]]));
}
