/** The services, in the order in which they start: what others need (identities, the audit trail) comes first. A new service is one line here. */
import type { Setting } from '../kit/setting.ts';
import { cloudTrail } from './cloudtrail/module.ts';
import { cloudWatch } from './cloudwatch/module.ts';
import { cloudWatchLogs } from './cloudwatch-logs/module.ts';
import { dynamoDb } from './dynamodb/module.ts';
import { iam } from './iam/module.ts';
import { lambda } from './lambda/module.ts';
import { s3 } from './s3/module.ts';
import { sagemaker } from './sagemaker/module.ts';
import { sageMakerRuntime } from './sagemaker-runtime/module.ts';
import type { ServiceModule } from './service-module.ts';
import { sts } from './sts/module.ts';

const list = [
  iam,
  sts,
  cloudTrail,
  cloudWatch,
  cloudWatchLogs,
  s3,
  dynamoDb,
  sagemaker,
  sageMakerRuntime,
  lambda,
] as const;

type Union = (typeof list)[number] extends infer Module ? (Module extends ServiceModule<infer S> ? S : never) : never;
type Intersection<U> = (U extends unknown ? (of: U) => void : never) extends (of: infer I) => void ? I : never;

/** Of all services, by name. */
export type ServiceSettings = Intersection<Union>;

// Each module reads only its own settings, which are among those of all.
export const modules = list as unknown as readonly ServiceModule<Readonly<Record<string, Setting>>>[];

export const serviceSettings: ServiceSettings = Object.assign({}, ...modules.map(({ settings }) => settings));
