export function oneVersion(): string;
export function checkFiles(name: 'goodnet' | 'goodnet-client', tarball: string): number;
export function checkExports(folder: string): void;
