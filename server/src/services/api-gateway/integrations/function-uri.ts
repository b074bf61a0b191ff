/** `arn:aws:apigateway:<region>:lambda:path/2015-03-31/functions/<function's ARN>/invocations` */
const form = /^arn:aws[a-z-]*:apigateway:[a-z0-9-]+:lambda:path\/2015-03-31\/functions\/(arn:[^/]+)\/invocations$/;

/** Undefined where the text is none. */
export const functionArnIn = (uri: string): string | undefined => form.exec(uri)?.[1];
