/** What Step Functions calls a call of Lambda that ran out of time, or whose process died. */
export const LAMBDA_DIED = [
  'Lambda.AWSLambdaException',
  'Lambda.Unknown',
  'Sandbox.Timedout',
  'Runtime.ExitError',
  'Runtime.OutOfMemory',
];
