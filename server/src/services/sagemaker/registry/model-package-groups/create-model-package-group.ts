/** CreateModelPackageGroup: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModelPackageGroup.html */
import { Conflict } from '../../../../storage/database.ts';
import type { SageMakerOperation } from '../../shared/deps.ts';
import { givenTags } from '../../shared/tags/given-tags.ts';
import { modelPackageGroupArn, modelPackageGroupStore } from './model-package-group.ts';

export const createModelPackageGroup: SageMakerOperation<'CreateModelPackageGroup'> = {
  access: (input, call) => [
    { action: 'sagemaker:CreateModelPackageGroup', resource: modelPackageGroupArn(call, input.ModelPackageGroupName) },
  ],
  async handle(input, call, deps) {
    const arn = modelPackageGroupArn(call, input.ModelPackageGroupName);
    const { account, region, now: createdAt } = call;
    const request = { ...input, createdBy: call.principal.arn };
    const row = { arn, account, region, name: input.ModelPackageGroupName, createdAt, request };
    try {
      await deps.database.write([
        modelPackageGroupStore(deps.database).insert(row),
        ...givenTags(arn, input.Tags, call),
      ]);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      throw call.error('ValidationException', `Model Package Group already exists: ${arn}`);
    }
    return { ModelPackageGroupArn: arn };
  },
};
