/** UpdateModelPackage: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateModelPackage.html. Approval and its event commit together. */

import { Conflict } from '../../../../storage/database.ts';
import type { SageMakerOperation } from '../../shared/deps.ts';
import { modelPackageConditions } from '../../shared/request-conditions.ts';
import { type ModelPackage, modelPackageArn, modelPackageEvent } from './model-package.ts';
import { modelPackageStore } from './model-package-store.ts';

export const updateModelPackage: SageMakerOperation<'UpdateModelPackage'> = {
  access: (input, call) => [
    {
      action: 'sagemaker:UpdateModelPackage',
      resource: modelPackageArn(call, input.ModelPackageArn),
      context: modelPackageConditions(input),
    },
  ],
  async handle(input, call, deps) {
    if (
      input.InferenceSpecification ||
      input.AdditionalInferenceSpecificationsToAdd ||
      input.ModelLifeCycle ||
      input.SourceUri
    ) {
      throw call.error(
        'ValidationException',
        'UpdateModelPackage changes approval and customer metadata only in Clary yet.',
      );
    }
    const store = modelPackageStore(deps.database);
    for (;;) {
      const version = await store.find(input.ModelPackageArn);
      if (!version) throw call.error('ValidationException', `ModelPackage ${input.ModelPackageArn} does not exist.`);
      const metadata = { ...version.request.CustomerMetadataProperties, ...input.CustomerMetadataProperties };
      for (const name of input.CustomerMetadataPropertiesToRemove ?? []) delete metadata[name];
      const next: ModelPackage = {
        ...version,
        approvalStatus: input.ModelApprovalStatus ?? version.approvalStatus,
        modifiedAt: call.now,
        request: { ...version.request, CustomerMetadataProperties: metadata },
        state: {
          ...version.state,
          modifiedBy: call.principal.arn,
          ...(input.ApprovalDescription === undefined ? {} : { approvalDescription: input.ApprovalDescription }),
        },
      };
      try {
        await deps.outbox.write([store.update(next)], modelPackageEvent(next));
        return { ModelPackageArn: version.arn };
      } catch (error) {
        // The version's check or another caller changed it between the read and the write: look again.
        if (!(error instanceof Conflict)) throw error;
      }
    }
  },
};
