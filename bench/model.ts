/** The model of the prediction bench: 100 trees of depth 6 on ten features, trained and deployed through the SDK. */
import { PutObjectCommand } from '@aws-sdk/client-s3';
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DescribeEndpointCommand,
} from '@aws-sdk/client-sagemaker';

/** Ten numbers between 0 and 1 that depend on `row` alone. */
export function features(row: number): number[] {
  return Array.from({ length: 10 }, (_, column) => {
    const value = Math.sin(row * 12.9898 + column * 78.233) * 43758.5453;
    return value - Math.floor(value);
  });
}

export async function deployModel(): Promise<{ endpointName: string; bucket: string; key: string }> {
  const { s3, sagemaker } = await import('../examples/workflow/clients.ts');
  const { layFoundation } = await import('../examples/workflow/foundation.ts');
  const { until } = await import('../examples/workflow/stage.ts');
  const { train, xgboostImage } = await import('../examples/workflow/train.ts');
  const foundation = await layFoundation('bench');
  const rows = Array.from({ length: 10_000 }, (_, index) => {
    const values = features(index);
    const label = values.reduce((sum, value, column) => sum + Math.sin(value * (column + 1)) * 10, 0);
    return [label.toFixed(4), ...values.map((value) => value.toFixed(4))].join(',');
  });
  for (const channel of ['train', 'validation']) {
    const key = `processed/${channel}/data.csv`;
    await s3.send(new PutObjectCommand({ Bucket: foundation.bucket, Key: key, Body: rows.join('\n') }));
  }
  const trained = await train(foundation, 'bench', { num_round: '100', max_depth: '6', eta: '0.1' });
  await sagemaker.send(
    new CreateModelCommand({
      ModelName: 'bench',
      ExecutionRoleArn: foundation.roleArn,
      PrimaryContainer: { Image: xgboostImage, ModelDataUrl: trained.modelDataUrl },
    }),
  );
  const variant = {
    VariantName: 'AllTraffic',
    ModelName: 'bench',
    InstanceType: 'ml.m5.large',
    InitialInstanceCount: 1,
  } as const;
  await sagemaker.send(new CreateEndpointConfigCommand({ EndpointConfigName: 'bench', ProductionVariants: [variant] }));
  await sagemaker.send(new CreateEndpointCommand({ EndpointName: 'bench', EndpointConfigName: 'bench' }));
  await until('the endpoint', async () => {
    const { EndpointStatus: status } = await sagemaker.send(new DescribeEndpointCommand({ EndpointName: 'bench' }));
    return status === 'InService' ? status : undefined;
  });
  return { endpointName: 'bench', bucket: foundation.bucket, key: 'model/bench/output/model.tar.gz' };
}
