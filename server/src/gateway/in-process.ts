/** Calls between services without HTTP: the same authorization, validation and operation as for any caller. */
import { formatGlobalArn } from '../contract/arn.ts';
import type { Audit } from '../contract/audit.ts';
import type { Aws, AwsAccess } from '../contract/aws.ts';
import type { Identity } from '../contract/identity.ts';
import type { Principal } from '../contract/principal.ts';
import type { Service } from '../contract/service.ts';
import type { Clock } from '../kit/clock.ts';
import { uuid } from '../kit/ids.ts';
import type { Log } from '../kit/log.ts';
import type { ServiceName } from '../models/catalog.ts';
import { firstFormatOf } from './format.ts';
import { GatewayCall } from './gateway-call.ts';
import { modelFor } from './identify.ts';
import { decider } from './perform.ts';
import { performRecorded } from './record.ts';
import { notBuilt } from './refusals.ts';

export interface InProcessOptions {
  /** May be filled later: services receive their AwsAccess before all of them exist. */
  readonly services: ReadonlyMap<ServiceName, Service>;
  readonly identity: Identity;
  readonly audit: Audit;
  readonly region: string;
  readonly clock: Clock;
  readonly log: Log;
}

const neverAborts = new AbortController().signal;

export function inProcessAccess({ services, identity, audit, region: home, clock, log }: InProcessOptions): AwsAccess {
  const as = (principal: Principal, region = home, invokedBy?: string): Aws => ({
    async call(name, operationName, input, signal = neverAborts) {
      const model = await modelFor(name);
      const operation = model.operations.get(operationName);
      const bound = services.get(name)?.operations.get(operationName);
      if (!operation || !bound) throw notBuilt(name, operationName);
      const call = new GatewayCall(
        {
          service: name,
          operation: operationName,
          region,
          principal,
          requestId: uuid(),
          now: clock.now(),
          sourceIp: '127.0.0.1',
          // It never leaves the process.
          secure: true,
        },
        log,
        access,
        () => signal,
        decider(identity, input),
      );
      const format = firstFormatOf(name);
      const recording = { audit, clock, userAgent: invokedBy ?? '', invokedBy };
      return (await performRecorded({ model, operation, bound, format }, input, call, recording)) as never;
    },
  });
  const access: AwsAccess = {
    as,
    asService: (account, servicePrincipal, region = home) =>
      as(servicePrincipalOf(account, servicePrincipal, region), region, servicePrincipal),
    asSource: (servicePrincipal, { arn, account, region }) => {
      const principal = { ...servicePrincipalOf(account, servicePrincipal, region), source: { arn, account } };
      return as(principal, region, servicePrincipal);
    },
    asRole: async (request) => as(await identity.assumeForService(request), home, request.servicePrincipal),
  };
  return access;
}

const servicePrincipalOf = (account: string, servicePrincipal: string, region: string): Principal => ({
  kind: 'service',
  account,
  arn: formatGlobalArn('iam', region, account, `service/${servicePrincipal}`),
  userId: servicePrincipal,
});
