/** Starts the check of a model package: downloads the artifact and starts the sandboxed process that loads the model and requests a prediction. */
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AwsError } from '../../../../contract/aws-error.ts';
import { ArchiveRefused } from '../../../../engine/archive.ts';
import { removeTree } from '../../../../engine/remove-tree.ts';
import { builtInRun, libraryMaking } from '../../jobs/built-in.ts';
import { fetchArtifact } from '../../shared/artifacts.ts';
import type { SageMakerResources, SageMakerSettings } from '../../shared/deps.ts';
import { artifactUri } from './create-model-package.ts';
import type { ModelPackage } from './model-package.ts';
import { prepareOldModel } from './old-model.ts';

/** Returns the reason if the check cannot be started. */
export async function startCheck(
  version: ModelPackage,
  dir: string,
  library: Library,
  resources: SageMakerResources,
): Promise<string | undefined> {
  const { executor, settings } = resources;
  const ml = join(dir, 'ml');
  await removeTree(ml);
  await mkdir(join(ml, 'model'), { recursive: true, mode: 0o700 });
  await mkdir(join(ml, 'output'), { recursive: true, mode: 0o700 });
  const uri = artifactUri(version.request) ?? '';
  try {
    const aws = resources.aws.asService(version.account, 'sagemaker.amazonaws.com', version.region);
    await fetchArtifact(aws, uri, join(ml, 'model'));
  } catch (error) {
    if (error instanceof AwsError) return `The artifact ${uri} could not be read: ${error.code}: ${error.message}`;
    if (error instanceof ArchiveRefused) return `The artifact ${uri} could not be opened: ${error.message}`;
    throw error;
  }
  const missing = await library.fetch();
  if (missing) return `The model could not be asked: ${missing}`;
  const formats = formatsOf(version, resources);
  if (formats === 'xgboost') await prepareOldModel(settings, join(ml, 'model'));
  const alone = { network: 'none', hosts: {} } as const;
  const args = ['probe', '--algorithm', formats];
  await executor.start(builtInRun(settings, { name: 'probe', dir, ml }, args, { OMP_NUM_THREADS: '1' }, alone));
  return undefined;
}

/** A model that XGBoost's image serves must be XGBoost's. For another image, any format that can be opened is accepted. */
function formatsOf({ request }: ModelPackage, { images }: SageMakerResources): 'xgboost' | 'any' {
  const image = request.InferenceSpecification?.Containers?.[0]?.Image ?? '';
  return images.find(image, 'serving')?.kind === 'builtin' ? 'xgboost' : 'any';
}

export interface Library {
  /** Downloads the algorithms' library once, which a sandboxed program cannot do. Returns why it is not available. */
  fetch(): Promise<string | undefined>;
}

export function checkLibrary(settings: SageMakerSettings): Library {
  let isAvailable = false;
  return {
    async fetch() {
      if (isAvailable) return undefined;
      const { command, env, cwd } = libraryMaking(settings);
      const [program, ...args] = command;
      try {
        await promisify(execFile)(program, args, { env, cwd });
        isAvailable = true;
        return undefined;
      } catch (error) {
        return (error as { stderr?: string }).stderr?.trim() || String(error);
      }
    },
  };
}
