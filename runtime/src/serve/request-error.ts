/** An answer other than a prediction, with the container's text. Its message is shown to the caller of the endpoint: never put paths or stacks into it. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * The container evaluates within one `try` and answers 400 with this prefix (aws/sagemaker-xgboost-container, v1.7-1, algorithm_mode/serve.py,
 * invocations()); the sentence is that of serve_utils.py, predict().
 */
export function wrongFeatureCount(format: string, given: number, expected: number): RequestError {
  return new RequestError(
    400,
    `Unable to evaluate payload provided: Feature size of ${format} inference data ${given} is not consistent with feature size of trained model ${expected}.`,
  );
}

/** serve_utils.py, parse_content_data(); the container answers what it cannot parse with 415. */
export function unparsable(format: string, why: string): RequestError {
  return new RequestError(
    415,
    `Loading ${format} data failed with Exception, please ensure data is in ${format} format:\n <class 'ValueError'>\n ${why}`,
  );
}

/** XGBoost's message for a value that float32 cannot hold (src/data/data.cc). */
export const infiniteValue = 'Input data contains `inf` or a value too large, while `missing` is not set to `inf`';
