// Whether the service in this container can answer: 0, or 1 and why. For HEALTHCHECK of functions/serve.Dockerfile.
//   node healthy.mjs [PORT]     8080 unless told otherwise
const url = `http://127.0.0.1:${process.argv[2] ?? 8080}/health/ready`;
try {
  const answer = await fetch(url, { signal: AbortSignal.timeout(4000) });
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}: ${await answer.text()}`);
} catch (error) {
  console.error(`${error.message}${error.cause ? `: ${error.cause.message}` : ''}`);
  process.exitCode = 1;
}
