/**
 * The region that clients of AWS take where AWS_REGION is not set: AWS_DEFAULT_REGION, which AWS's command line goes by and the SDK
 * does not. Else the SDK looks in the profile.
 */
export function regionHere(env: NodeJS.ProcessEnv = process.env): { readonly region?: string } {
  const region = env.AWS_REGION ? undefined : env.AWS_DEFAULT_REGION;
  return region ? { region } : {};
}

/** The region that an ARN names. */
export function regionOf(arn: string): { readonly region?: string } {
  const region = arn.split(':')[3];
  return region ? { region } : {};
}
