/**
 * SageMaker: one API, made of areas (a folder each) that know nothing of each other.
 *
 * Gaps (a request for more is refused with a ValidationException that names it, never ignored)
 * - Operations that are in no area's table answer 501.
 * - The built-in XGBoost reads CSV and libsvm only (docs/xgboost.md).
 * - Channels of training jobs come from S3 only. Processing jobs read inputs from S3 and write outputs to S3, as files.
 * - Models have one container, of the built-in XGBoost. Endpoint variants are instance-based.
 * - smdistributed, PyTorch/XLA, parameter servers, and the debugger's rules, tensors and parameters are refused.
 * - VPCs, KMS keys of volumes, encryption between hosts, and the output locations of debugger and profiler are stored and shown without effect.
 * - Nothing profiles (ProfilingStatus Disabled).
 * - Search covers training jobs, models, packages, groups and endpoints of the caller's account (no CrossAccount).
 * - Lists other than those of jobs page by offset.
 *
 * Differs from AWS by design
 * - CreateModel refuses a model package version that is not Approved (setting requireApprovedModelPackage).
 * - A model package version is Completed only after its artifact was loaded and has answered a prediction.
 * - FastFile is File: the objects are on the same machine, so streaming saves nothing.
 * - Instances of a job share the machine's loopback, each with its own address. Two that bind the same port on 0.0.0.0 collide.
 * - Expressions of MetricDefinitions are RE2's (decision 0020). /opt/ml/output/metrics.json reports metrics, too.
 * - Inputs and outputs of processing jobs may be outside /opt/ml/processing.
 * - Distributed scripts start with torchrun (pytorch_ddp, too), Open MPI without SSH, or a TF_CONFIG, at ports of the job's own.
 * - A job over its MaxPendingTimeInSeconds ends as Stopped, with a message that says so.
 * - Objects and archive entries whose names contain control characters are refused.
 * - A change of an endpoint's tags takes effect on predictions after a moment.
 * - Log lines printed just before a kill of the server may appear twice, and are never missing; metrics in them count once.
 * - Every start is warm: a warm pool's status follows KeepAlivePeriodInSeconds, and no job takes another job's pool.
 * - Search shows no MetricDefinitions for jobs of built-in algorithms; DescribeTrainingJob does.
 *
 * Client quirks
 * - The Python SDK reads OutputDataConfig.KmsKeyId of DescribeTrainingJob, so it is always present.
 * - The Python SDK waits for an endpoint's log group, so it is created with the endpoint.
 */
import type { BoundOperation } from '../../contract/operation.ts';
import type { Service } from '../../contract/service.ts';
import { startInference } from './inference/area.ts';
import { startJobAreas } from './jobs/job-area.ts';
import { processingArea } from './processing/area.ts';
import { startRegistry } from './registry/area.ts';
import { searchArea } from './search/area.ts';
import type { Area } from './shared/area.ts';
import type { SageMakerResources } from './shared/deps.ts';
import { withTagPermissions } from './shared/tags/tag-permissions.ts';
import { tagsArea } from './tags/area.ts';
import { trainingArea } from './training/area.ts';

const jobAreas = [trainingArea, processingArea];

export function sagemakerService(resources: SageMakerResources): {
  service: Service;
  /** Stops reconciling; jobs and replicas keep running and are adopted at the next start. */
  stop(): Promise<void>;
} {
  const { database } = resources;
  const areas: Area[] = [...startJobAreas(resources, jobAreas), startRegistry(resources), startInference(resources)];
  const kinds = Object.assign({}, ...areas.map(({ taggable }) => taggable));
  const searchables = Object.assign({}, ...areas.map(({ searchable }) => searchable));
  areas.push(tagsArea({ database, kinds }), searchArea({ database, searchables, taggable: kinds }));

  const operations = new Map<string, BoundOperation>();
  for (const area of areas) {
    for (const [name, operation] of area.operations)
      operations.set(name, withTagPermissions(operation, { database, kinds }));
  }
  return {
    service: { name: 'sagemaker', operations },
    async stop() {
      await Promise.all(areas.map((area) => area.stop?.()));
    },
  };
}
