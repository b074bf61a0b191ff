/**
 * SageMaker: the table of its operations.
 *
 * Gaps (a request for more is refused with a ValidationException that names it, never ignored)
 * - Operations that are not in the table answer 501.
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
import { defineService, type Service } from '../../contract/service.ts';
import { createEndpointConfig } from './inference/endpoint-configs/create-endpoint-config.ts';
import { deleteEndpointConfig } from './inference/endpoint-configs/delete-endpoint-config.ts';
import { describeEndpointConfig } from './inference/endpoint-configs/describe-endpoint-config.ts';
import { listEndpointConfigs } from './inference/endpoint-configs/list-endpoint-configs.ts';
import { createEndpoint } from './inference/endpoints/create-endpoint.ts';
import { deleteEndpoint } from './inference/endpoints/delete-endpoint.ts';
import { describeEndpoint } from './inference/endpoints/describe-endpoint.ts';
import { startEndpointReconciler } from './inference/endpoints/endpoint-reconciler.ts';
import { listEndpoints } from './inference/endpoints/list-endpoints.ts';
import { updateEndpoint } from './inference/endpoints/update-endpoint.ts';
import { createModel } from './inference/models/create-model.ts';
import { deleteModel } from './inference/models/delete-model.ts';
import { describeModel } from './inference/models/describe-model.ts';
import { listModels } from './inference/models/list-models.ts';
import { startJobReconciler } from './jobs/job-reconciler.ts';
import { openJobQueue } from './jobs/open-job-queue.ts';
import { createProcessingJob } from './processing/create-processing-job.ts';
import { deleteProcessingJob } from './processing/delete-processing-job.ts';
import { describeProcessingJob } from './processing/describe-processing-job.ts';
import { listProcessingJobs } from './processing/list-processing-jobs.ts';
import { processingWork } from './processing/processing-work.ts';
import { stopProcessingJob } from './processing/stop-processing-job.ts';
import { createModelPackageGroup } from './registry/model-package-groups/create-model-package-group.ts';
import { deleteModelPackageGroup } from './registry/model-package-groups/delete-model-package-group.ts';
import { describeModelPackageGroup } from './registry/model-package-groups/describe-model-package-group.ts';
import { listModelPackageGroups } from './registry/model-package-groups/list-model-package-groups.ts';
import { createModelPackage } from './registry/model-packages/create-model-package.ts';
import { deleteModelPackage } from './registry/model-packages/delete-model-package.ts';
import { describeModelPackage } from './registry/model-packages/describe-model-package.ts';
import { listModelPackages } from './registry/model-packages/list-model-packages.ts';
import { startModelPackageReconciler } from './registry/model-packages/model-package-reconciler.ts';
import { updateModelPackage } from './registry/model-packages/update-model-package.ts';
import { getSearchSuggestions } from './search/get-search-suggestions.ts';
import { search } from './search/search.ts';
import type { SageMakerDeps, SageMakerResources } from './shared/deps.ts';
import { withTagPermissions } from './shared/tags/tag-permissions.ts';
import { addTags } from './tags/add-tags.ts';
import { deleteTags } from './tags/delete-tags.ts';
import { listTags } from './tags/list-tags.ts';
import { createTrainingJob } from './training/create-training-job.ts';
import { deleteTrainingJob } from './training/delete-training-job.ts';
import { describeTrainingJob } from './training/describe-training-job.ts';
import { listTrainingJobs } from './training/list-training-jobs.ts';
import { stopTrainingJob } from './training/stop-training-job.ts';
import { trainingWork } from './training/training-work.ts';
import { updateTrainingJob } from './training/update-training-job.ts';

export function sagemakerService(resources: SageMakerResources): {
  service: Service;
  /** Stops reconciling; jobs and replicas keep running and are adopted at the next start. */
  stop(): Promise<void>;
} {
  const works = { training: trainingWork(resources), processing: processingWork(resources) };
  const queue = openJobQueue(resources, works);
  const reconcilers = {
    trainingJob: startJobReconciler(resources, works.training, queue),
    processingJob: startJobReconciler(resources, works.processing, queue),
    modelPackage: startModelPackageReconciler(resources),
    endpoint: startEndpointReconciler(resources),
  };
  const deps: SageMakerDeps = {
    ...resources,
    wake: {
      trainingJob: (key) => reconcilers.trainingJob.wake(key),
      processingJob: (key) => reconcilers.processingJob.wake(key),
      modelPackage: (key) => reconcilers.modelPackage.wake(key),
      endpoint: (key) => reconcilers.endpoint.wake(key),
    },
  };
  const service = defineService(
    'sagemaker',
    deps,
    withTagPermissions({
      CreateTrainingJob: createTrainingJob,
      DescribeTrainingJob: describeTrainingJob,
      ListTrainingJobs: listTrainingJobs,
      StopTrainingJob: stopTrainingJob,
      UpdateTrainingJob: updateTrainingJob,
      DeleteTrainingJob: deleteTrainingJob,
      CreateProcessingJob: createProcessingJob,
      DescribeProcessingJob: describeProcessingJob,
      ListProcessingJobs: listProcessingJobs,
      StopProcessingJob: stopProcessingJob,
      DeleteProcessingJob: deleteProcessingJob,
      CreateModelPackageGroup: createModelPackageGroup,
      DescribeModelPackageGroup: describeModelPackageGroup,
      ListModelPackageGroups: listModelPackageGroups,
      DeleteModelPackageGroup: deleteModelPackageGroup,
      CreateModelPackage: createModelPackage,
      DescribeModelPackage: describeModelPackage,
      ListModelPackages: listModelPackages,
      UpdateModelPackage: updateModelPackage,
      DeleteModelPackage: deleteModelPackage,
      CreateModel: createModel,
      DescribeModel: describeModel,
      ListModels: listModels,
      DeleteModel: deleteModel,
      CreateEndpointConfig: createEndpointConfig,
      DescribeEndpointConfig: describeEndpointConfig,
      ListEndpointConfigs: listEndpointConfigs,
      DeleteEndpointConfig: deleteEndpointConfig,
      CreateEndpoint: createEndpoint,
      DescribeEndpoint: describeEndpoint,
      ListEndpoints: listEndpoints,
      UpdateEndpoint: updateEndpoint,
      DeleteEndpoint: deleteEndpoint,
      AddTags: addTags,
      ListTags: listTags,
      DeleteTags: deleteTags,
      Search: search,
      GetSearchSuggestions: getSearchSuggestions,
    }),
  );
  return {
    service,
    async stop() {
      await Promise.all(Object.values(reconcilers).map((reconciler) => reconciler.stop()));
    },
  };
}
