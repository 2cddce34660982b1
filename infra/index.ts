/** `goodnet/infra`: GoodNet's parts as constructs, for anybody's CDK app. */
export { GoodNetArtifacts, type GoodNetArtifactsProps, PREFIXES } from './artifacts';
export { type EndpointAuth, GoodNetEndpoint, type GoodNetEndpointProps, type LambdaEngine } from './endpoint';
export { GoodNetRepair, type GoodNetRepairProps } from './repair';
export { GoodNetScreening, type GoodNetScreeningProps, type Records } from './screening';
export { allowPublishing, allowReading, type StoreLocation, storeUrl } from './store';
export { GoodNetWatch, type GoodNetWatchProps } from './watch';
