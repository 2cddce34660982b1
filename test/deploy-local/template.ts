import type { Place } from './place';

interface Container {
  readonly Command: string[];
  readonly Environment: { readonly Name: string; readonly Value: unknown }[];
}

/** What the container of the repair is started with, as the deployed template has it: LocalStack keeps no job definitions. */
export async function jobDefinition(
  place: Place,
): Promise<{ command: string[]; environment: Record<string, string> }> {
  const { TemplateBody } = (await place.aws(
    'cloudformation',
    'get-template',
    '--stack-name',
    'GoodNet-Repair',
  )) as {
    TemplateBody: {
      Resources: Record<string, { Type: string; Properties: { ContainerProperties: Container } }>;
    };
  };
  const { Exports } = (await place.aws('cloudformation', 'list-exports')) as {
    Exports: { Name: string; Value: string }[];
  };
  const definition = Object.values(TemplateBody.Resources).find(
    ({ Type }) => Type === 'AWS::Batch::JobDefinition',
  )!;
  const { Command, Environment } = definition.Properties.ContainerProperties;
  const region = String(place.emulator.env.AWS_REGION);
  const resolved = (value: unknown): string => {
    if (typeof value === 'string') return value;
    const [[kind, of]] = Object.entries(value as object) as [[string, unknown]];
    if (kind === 'Fn::Join') return (of as [string, unknown[]])[1].map(resolved).join((of as [string])[0]);
    if (kind === 'Fn::ImportValue') return Exports.find(({ Name }) => Name === of)!.Value;
    if (kind === 'Ref' && of === 'AWS::Region') return region;
    throw new Error(`${JSON.stringify(value)} is not known here`);
  };
  return {
    command: Command,
    environment: Object.fromEntries(Environment.map(({ Name, Value }) => [Name, resolved(Value)])),
  };
}
