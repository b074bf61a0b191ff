/** DeleteModel: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteModel.html. The artifact stays where it is. */
import { Conflict } from '../../../../storage/database.ts';
import type { SageMakerOperation } from '../../shared/deps.ts';
import { modelArn } from '../../shared/model-arn.ts';
import { modelStore } from './model.ts';

export const deleteModel: SageMakerOperation<'DeleteModel'> = {
  access: (input, call) => [{ action: 'sagemaker:DeleteModel', resource: modelArn(call, input.ModelName) }],
  async handle(input, call, deps) {
    const arn = modelArn(call, input.ModelName);
    try {
      await deps.database.write([modelStore(deps.database).remove(arn)]);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      throw call.error('ValidationException', `Could not find model "${arn}".`);
    }
    return {};
  },
};
