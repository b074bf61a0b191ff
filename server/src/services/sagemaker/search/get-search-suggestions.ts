/**
 * GetSearchSuggestions: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_GetSearchSuggestions.html
 * The properties of AWS's model, and the hyperparameters, metrics and tags that are in use: those of the newest jobs, so that nothing is read without end.
 */
import { formatArn } from '../../../contract/arn.ts';
import type { Call } from '../../../contract/call.ts';
import { jobList } from '../jobs/job-list.ts';
import type { SageMakerDeps, SageMakerOperation } from '../shared/deps.ts';
import { propertyNames } from '../shared/search/property.ts';
import { listTagKeys } from '../shared/tags/tag-store.ts';
import { describeTraining, type TrainingJobRequest } from '../training/training-job.ts';
import { readSearchable, structureOfRecords } from './search.ts';

const newestJobs = 200;
const maxTagKeys = 100;

export const getSearchSuggestions: SageMakerOperation<'GetSearchSuggestions'> = {
  access: () => [{ action: 'sagemaker:GetSearchSuggestions', resource: '*' }],
  async handle(input, call, deps) {
    const searchable = readSearchable(input.Resource, call);
    const hint = input.SuggestionQuery?.PropertyNameQuery?.PropertyNameHint ?? '';
    const root = await structureOfRecords(searchable);
    const names = propertyNames(root);
    const arns = formatArn('sagemaker', call.region, call.account, searchable.prefix);
    if (overlaps(hint, 'Tags.')) {
      names.push(...(await listTagKeys(deps.database, arns, maxTagKeys)).map((key) => `Tags.${key}`));
    }
    if (searchable.member === 'TrainingJob' && (overlaps(hint, 'HyperParameters.') || overlaps(hint, 'Metrics.'))) {
      names.push(...(await namesInJobs(call, deps)));
    }
    const suggested = [...new Set(names)].filter((name) => name.startsWith(hint)).sort();
    return { PropertyNameSuggestions: suggested.map((PropertyName) => ({ PropertyName })) };
  },
};

const overlaps = (hint: string, prefix: string) => hint.startsWith(prefix) || prefix.startsWith(hint);

async function namesInJobs(call: Call, { database }: SageMakerDeps): Promise<string[]> {
  const jobs = await jobList<TrainingJobRequest>(database, 'training').list(call, {
    sortBy: 'created_at',
    order: 'desc',
    after: undefined,
    limit: newestJobs,
  });
  const names = jobs
    .map(describeTraining)
    .flatMap(({ HyperParameters: parameters, FinalMetricDataList: metrics }) => [
      ...Object.keys(parameters).map((name) => `HyperParameters.${name}`),
      ...metrics.map(({ MetricName: name }) => `Metrics.${name}`),
    ]);
  return [...new Set(names)];
}
