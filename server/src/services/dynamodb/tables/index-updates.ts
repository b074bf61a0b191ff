/** UpdateTable's part about global indexes that come and go. */
import type { UpdateTableInput } from '@aws-sdk/client-dynamodb';
import { AwsError } from '../../../contract/aws-error.ts';
import { invalidParameter } from '../invalid.ts';
import type { KeyType } from '../values/value.ts';
import { checkDefined, checkKeySchema, checkProjection } from './check-definition.ts';
import { indexOf } from './create-table.ts';
import type { IndexDefinition, Table, TableDefinition } from './definition.ts';

const maxGlobals = 20;

export function withIndexUpdates({ definition }: Table, input: UpdateTableInput): TableDefinition {
  const attributes = withAttributes(definition, input);
  let { indexes, nextIndexId } = definition;
  for (const { Update: update, Create: create, Delete: remove } of input.GlobalSecondaryIndexUpdates ?? []) {
    const name = (update ?? create ?? remove)?.IndexName ?? '';
    const existing = indexes.find((index) => index.name === name && index.isGlobal);
    if (create !== undefined) {
      indexes = [...indexes, created(create, nextIndexId, indexes, attributes, definition)];
      nextIndexId++;
    } else if (existing === undefined) throw noSuchIndex(name);
    else if (remove !== undefined)
      indexes = indexes.map((index) => (index === existing ? { ...index, status: 'DELETING' as const } : index));
  }
  const defined = { ...definition, ...attributes, indexes, nextIndexId };
  return { ...defined, ...onlyUsed(defined) };
}

const noSuchIndex = (name: string) =>
  new AwsError('ResourceNotFoundException', `Requested resource not found: Index: ${name} not found`, { status: 400 });

type Attributes = Pick<TableDefinition, 'attributes' | 'attributeDefinitions'>;

function withAttributes(
  definition: TableDefinition,
  { AttributeDefinitions: given = [] }: UpdateTableInput,
): Attributes {
  const attributes: Record<string, KeyType> = { ...definition.attributes };
  for (const { AttributeName: name = '', AttributeType: type = 'S' } of given) {
    if (attributes[name] !== undefined && attributes[name] !== type)
      throw invalidParameter(
        `Attribute definition for ${name} conflicts with the table's: ${attributes[name]}, ${type}`,
      );
    attributes[name] = type;
  }
  return {
    attributes,
    attributeDefinitions: Object.entries(attributes).map(([AttributeName, AttributeType]) => ({
      AttributeName,
      AttributeType,
    })),
  };
}

/** The definitions go with the last index that used them. */
function onlyUsed({ keySchema, indexes, attributes, attributeDefinitions }: TableDefinition): Attributes {
  const used = new Set(
    [keySchema, ...indexes.map((index) => index.keySchema)].flatMap((schema) =>
      schema.map(({ AttributeName }) => AttributeName),
    ),
  );
  return {
    attributes: Object.fromEntries(Object.entries(attributes).filter(([name]) => used.has(name))),
    attributeDefinitions: attributeDefinitions.filter(({ AttributeName }) => used.has(AttributeName)),
  };
}

type Create = NonNullable<NonNullable<UpdateTableInput['GlobalSecondaryIndexUpdates']>[number]['Create']>;

function created(
  create: Create,
  id: number,
  indexes: readonly IndexDefinition[],
  { attributes }: Attributes,
  { billingMode }: TableDefinition,
): IndexDefinition {
  const schema = create.KeySchema ?? [];
  checkDefined(schema, Object.keys(attributes));
  checkKeySchema(schema);
  checkProjection(create);
  if (indexes.some(({ name }) => name === create.IndexName))
    throw invalidParameter(`Duplicate index name: ${create.IndexName}`);
  if (billingMode === 'PAY_PER_REQUEST' && create.ProvisionedThroughput)
    throw invalidParameter(
      `ProvisionedThroughput should not be specified for index: ${create.IndexName} when BillingMode is PAY_PER_REQUEST`,
    );
  if (billingMode === 'PROVISIONED' && !create.ProvisionedThroughput)
    throw invalidParameter(`ProvisionedThroughput must be specified for index: ${create.IndexName}`);
  if (indexes.filter(({ isGlobal }) => isGlobal).length >= maxGlobals)
    throw invalidParameter('GlobalSecondaryIndex count exceeds the per-table limit of 20');
  return { ...indexOf(create, id, true), isBackfilling: true };
}
