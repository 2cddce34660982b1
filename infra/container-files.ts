import { IgnoreMode } from 'aws-cdk-lib';

/** Of GoodNet's folder, what its container images are made of: the built program and the steps that install it. */
export const ONLY_WHAT_IMAGES_NEED = {
  ignoreMode: IgnoreMode.GIT,
  exclude: [
    '/*',
    '!/package.json',
    '!/dist',
    '/dist/*',
    '!/dist/*.js',
    '!/dist/lock.json',
    '!/dist/THIRD-PARTY-NOTICES.txt',
    '!/demo',
    '!/scripts',
    '/scripts/*',
    '!/scripts/container',
    '!/scripts/native',
    '!/scripts/setup-native.mjs',
    '!/build-repair',
    '/build-repair/*',
    '!/build-repair/Dockerfile',
    '!/functions',
    '/functions/*',
    '!/functions/Dockerfile',
  ],
};
