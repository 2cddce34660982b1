export function installedOnnxRuntime(): string | undefined;
export function installOnnxRuntime(): string;
