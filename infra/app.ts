// What `npx cdk` runs (cdk.json): GoodNet's stacks as the context chooses them, checked by cdk-nag.
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { readConfig } from './config';
import { goodNetStacks } from './stacks';

const app = new App();
try {
  const config = readConfig(app.node);
  const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
  goodNetStacks(app, config, { account, region });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
} catch (error) {
  console.error(`goodnet: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}
