/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html */
import { nameIn, onTable } from '../access.ts';
import type { DynamoDbOperation } from '../deps.ts';
import { invalid } from '../invalid.ts';
import { changeDefinition } from '../tables/change.ts';
import { anyTable } from '../tables/find-table.ts';

export const updateTimeToLive: DynamoDbOperation<'UpdateTimeToLive'> = {
  access: (input, call, deps) => onTable('UpdateTimeToLive', input.TableName, call, deps),
  async handle(input, call, deps) {
    const { AttributeName: attribute, Enabled: isEnabled } = input.TimeToLiveSpecification;
    const name = nameIn(input.TableName);
    const table = await changeDefinition(
      deps,
      call,
      () => anyTable(deps, call, name),
      ({ status, definition }) => {
        if (status !== 'ACTIVE')
          throw call.error('ResourceInUseException', `Attempt to change a resource which is still in use: ${name}`);
        const known = definition.timeToLive?.status === 'DISABLED' ? undefined : definition.timeToLive;
        if (isEnabled && known) throw invalid('TimeToLive is already enabled');
        if (!isEnabled && !known) throw invalid('TimeToLive is already disabled');
        if (known && known.attribute !== attribute)
          throw invalid(
            `TimeToLive is active on a different AttributeName: current AttributeName is ${known.attribute}`,
          );
        const timeToLive = { attribute, status: isEnabled ? ('ENABLING' as const) : ('DISABLED' as const) };
        return { status: 'UPDATING' as const, definition: { ...definition, timeToLive } };
      },
    );
    deps.wake(table.id);
    return { TimeToLiveSpecification: { AttributeName: attribute, Enabled: isEnabled } };
  },
};
