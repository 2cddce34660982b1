/** What a model may be called. Strangers choose it: it is written into addresses and JSON. */
export const MODEL_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
