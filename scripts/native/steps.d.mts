/** The folder that holds what was downloaded or made once, shared by all checkouts of this user. */
export function cacheFolder(): string;
