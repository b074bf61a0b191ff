/** An endpoint: its states in AWS's words, and the event of a change. Pure. */
import { formatArn } from '../../../../contract/arn.ts';
import type { PlatformEvent } from '../../../../contract/event.ts';

export type EndpointStatus = 'Creating' | 'Updating' | 'InService' | 'Deleting' | 'Failed';

export interface Endpoint {
  readonly arn: string;
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly status: EndpointStatus;
  /** The requested configuration. */
  readonly configName: string;
  /** The configuration that serves; differs from configName during an update. */
  readonly servingConfigName: string | undefined;
  /** The deployment of the requested configuration. */
  readonly deployment: string;
  /** The deployment that serves. */
  readonly servingDeployment: string | undefined;
  readonly failureReason: string | undefined;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
  readonly revision: number;
}

export const endpointArn = (at: { region: string; account: string }, name: string) =>
  formatArn('sagemaker', at.region, at.account, `endpoint/${name}`);

export const endpointLogGroup = (name: string) => `/aws/sagemaker/Endpoints/${name}`;

/** EventBridge's "SageMaker Endpoint State Change": https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html */
export function endpointEvent(endpoint: Endpoint): PlatformEvent {
  return {
    account: endpoint.account,
    region: endpoint.region,
    source: 'aws.sagemaker',
    detailType: 'SageMaker Endpoint State Change',
    resources: [endpoint.arn],
    detail: {
      EndpointName: endpoint.name,
      EndpointArn: endpoint.arn,
      EndpointConfigName: endpoint.configName,
      EndpointStatus: endpoint.status === 'InService' ? 'IN_SERVICE' : endpoint.status.toUpperCase(),
      ...(endpoint.failureReason ? { FailureReason: endpoint.failureReason } : {}),
      CreationTime: endpoint.createdAt.getTime(),
      LastModifiedTime: endpoint.modifiedAt.getTime(),
    },
    time: endpoint.modifiedAt,
  };
}
