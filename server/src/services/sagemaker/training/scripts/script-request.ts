/**
 * The script of a request: the parameters of SageMaker's training toolkit.
 * https://github.com/aws/sagemaker-training-toolkit/blob/master/src/sagemaker_training/params.py. Pure.
 */
import { decoded, type PythonObject, type PythonValue, shown } from './python-values.ts';

/** The toolkit's own names. Other names that begin with sagemaker_ belong to a framework. */
const own = [
  'sagemaker_program',
  'sagemaker_submit_directory',
  'sagemaker_enable_cloudwatch_metrics',
  'sagemaker_region',
  'sagemaker_container_log_level',
  'sagemaker_job_name',
  'default_user_module_name',
  '_tuning_objective_metric',
  'sagemaker_s3_output',
];

export interface ScriptArgs {
  readonly program: string | undefined;
  /** s3://…/sourcedir.tar.gz, or a path of the container. */
  readonly submitDirectory: string | undefined;
  readonly region: string | undefined;
  readonly jobName: string | undefined;
  readonly logLevel: PythonValue;
  /** The script's own hyperparameters. */
  readonly hyperparameters: PythonObject;
  readonly frameworkParameters: PythonObject;
}

type Texts = Readonly<Record<string, string>>;

export function readScriptArgs(hyperparameters: Texts = {}, environment: Texts = {}): ScriptArgs {
  const all = Object.entries(hyperparameters).map(([name, text]) => [name, decoded(text)] as const);
  const toolkit = Object.fromEntries(all);
  const text = (name: string) => {
    const value = toolkit[name];
    return value === undefined || value === null || value === '' ? undefined : shown(value);
  };
  const isOwn = (name: string) => own.includes(name) || name.startsWith('sagemaker_');
  return {
    program: environment.SAGEMAKER_PROGRAM || text('sagemaker_program'),
    submitDirectory: text('sagemaker_submit_directory') ?? (environment.SAGEMAKER_SUBMIT_DIRECTORY || undefined),
    region: text('sagemaker_region'),
    jobName: text('sagemaker_job_name'),
    logLevel: toolkit.sagemaker_container_log_level ?? decoded('20'),
    hyperparameters: Object.fromEntries(all.filter(([name]) => !isOwn(name))),
    frameworkParameters: Object.fromEntries(all.filter(([name]) => isOwn(name) && !own.includes(name))),
  };
}

/** The members of a request that decide about its script. */
export interface ScriptRequest {
  readonly AlgorithmSpecification?:
    | {
        readonly TrainingImage?: string | undefined;
        readonly ContainerEntrypoint?: string[] | undefined;
        readonly ContainerArguments?: string[] | undefined;
      }
    | undefined;
  readonly HyperParameters?: Texts | undefined;
  readonly Environment?: Texts | undefined;
}

export const scriptArgsOf = ({ HyperParameters, Environment }: ScriptRequest): ScriptArgs =>
  readScriptArgs(HyperParameters, Environment);
