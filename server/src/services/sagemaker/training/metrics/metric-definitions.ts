/**
 * The expressions for metrics in a job's log: the request's definitions, otherwise those of the built-in algorithm. The latter are those that AWS's
 * DescribeTrainingJob shows for sagemaker-xgboost (observed, 1.5-1, 2025-05); the names are the library's metrics. Pure.
 */
import type { ImageTable } from '../../shared/images.ts';
import type { ScriptRequest } from '../scripts/script-request.ts';
import { trainingRuntimeOf } from '../training-runtime.ts';
import type { MetricDefinition } from './metric-scan.ts';

const xgboostMetrics = [
  'auc',
  'aucpr',
  'cox-nloglik',
  'error',
  'gamma-deviance',
  'gamma-nloglik',
  'logloss',
  'mae',
  'map',
  'mape',
  'merror',
  'mlogloss',
  'mphe',
  'ndcg',
  'poisson-nloglik',
  'rmse',
  'rmsle',
  'tweedie-nloglik',
];

const ofXgboost: readonly MetricDefinition[] = xgboostMetrics.flatMap((metric) =>
  ['train', 'validation'].map((channel) => ({
    Name: `${channel}:${metric}`,
    Regex: `.*\\[[0-9]+\\].*#011${channel}-${metric}:([-+]?[0-9]*\\.?[0-9]+(?:[eE][-+]?[0-9]+)?).*`,
  })),
);

type Request = ScriptRequest & {
  readonly AlgorithmSpecification?:
    | { readonly MetricDefinitions?: readonly MetricDefinition[] | undefined }
    | undefined;
};

/** Whether the algorithm's own definitions are used. */
export function hasAlgorithmMetrics(request: Request, images: ImageTable): boolean {
  const runtime = trainingRuntimeOf(request, images);
  if (request.AlgorithmSpecification?.MetricDefinitions?.length) return false;
  return runtime?.kind === 'builtin' && runtime.name === 'xgboost';
}

export const metricDefinitionsOf = (request: Request, images: ImageTable): readonly MetricDefinition[] =>
  hasAlgorithmMetrics(request, images) ? ofXgboost : (request.AlgorithmSpecification?.MetricDefinitions ?? []);
