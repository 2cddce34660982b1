"""LocalStack (core, in host mode) as test/deploy-local starts it: functions run as processes of Node, for Docker may be missing.

GOODNET_LOCAL_NODE is the program that runs them, GOODNET_LOCAL_MODULES a folder node_modules with sharp for this machine's
processor (the functions' own is for Lambda's), GOODNET_LOCAL_KMS the address of a stand-in of KMS.
"""

import _thread
import functools
import json
import os
import subprocess
import tempfile
import threading


class Lock:
    """threading.Lock as a class, which it is since Python 3.13: LocalStack's annotations say `Lock | None`."""

    def __new__(cls):
        return _thread.allocate_lock()


threading.Lock = Lock

from localstack import config  # noqa: E402
from localstack.services.lambda_.invocation import runtime_executor  # noqa: E402
from localstack.services.lambda_.invocation.lambda_models import InvocationResult  # noqa: E402

# What Lambda does: imports the handler, hands it the event, and tells what it answered or threw.
RUN = """
const [file, name] = process.env._HANDLER.split('.');
const { text } = await import('node:stream/consumers');
const { writeFileSync } = await import('node:fs');
const event = JSON.parse(await text(process.stdin));
const until = Date.now() + 1000 * process.env.GOODNET_LOCAL_TIMEOUT;
const context = { awsRequestId: process.env.GOODNET_LOCAL_REQUEST, getRemainingTimeInMillis: () => until - Date.now() };
let told;
try {
  const { [name]: handler } = await import(`${process.env.LAMBDA_TASK_ROOT}/${file}.mjs`);
  told = { ok: (await handler(event, context)) ?? null };
} catch (error) {
  told = { error: { errorType: error.name, errorMessage: error.message, trace: String(error.stack).split('\\n') } };
}
// Apart from what is logged.
writeFileSync(process.env.GOODNET_LOCAL_ANSWER, JSON.stringify(told));
process.exit();
"""


class NodeExecutor(runtime_executor.RuntimeExecutor):
    """Runs each call of a function in a process of its own."""

    env: dict[str, str] = {}
    logs = ""

    def start(self, env_vars):
        code = self.function_version.config.code
        self.env = {
            **{key: str(value) for key, value in env_vars.items()},
            "PATH": os.environ["PATH"],
            "NODE_PATH": os.environ["GOODNET_LOCAL_MODULES"],
            "AWS_ENDPOINT_URL_KMS": os.environ["GOODNET_LOCAL_KMS"],
            "LAMBDA_TASK_ROOT": str(code.get_unzipped_code_location()),
            "GOODNET_LOCAL_TIMEOUT": str(self.function_version.config.timeout),
        }

    def invoke(self, payload):
        with tempfile.NamedTemporaryFile() as answer:
            child = subprocess.run(
                [os.environ["GOODNET_LOCAL_NODE"], "--input-type=module", "-e", RUN],
                env={**self.env, "GOODNET_LOCAL_REQUEST": payload["invoke-id"], "GOODNET_LOCAL_ANSWER": answer.name},
                input=payload["payload"].encode() or b"{}",
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
            said = answer.read()
        self.logs = child.stdout.decode(errors="replace")
        print(f"{self.function_version.id.function_name}: {self.logs}", flush=True)
        ended = {"errorType": "Runtime.ExitError", "errorMessage": f"ended with {child.returncode}"}
        result = json.loads(said) if said else {"error": ended}
        body = json.dumps(result.get("ok", result.get("error"))).encode()
        return InvocationResult(payload["invoke-id"], body, is_error="error" in result, logs=self.logs)

    def stop(self):
        pass

    def get_address(self):
        return "127.0.0.1"

    def get_endpoint_from_executor(self):
        return "127.0.0.1"

    def get_runtime_endpoint(self):
        return f"http://127.0.0.1:{config.GATEWAY_LISTEN[0].port}/_localstack_lambda/{self.id}"

    def get_logs(self):
        return self.logs

    @classmethod
    def prepare_version(cls, function_version):
        if function_version.config.code:
            function_version.config.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version):
        if function_version.config.code:
            function_version.config.code.destroy_cached()


# Before those import it who ask for it.
runtime_executor.get_runtime_executor = lambda: NodeExecutor

from localstack.services.cloudformation.engine.v2.change_set_model_preproc import (  # noqa: E402
    MOCKED_REFERENCE,
    ChangeSetModelPreproc,
)


def named(method):
    """A resource of a type that LocalStack lacks is called "unknown", which no policy takes: an address that tells which it is."""

    def asked(self, *args, **kwargs):
        known = method(self, *args, **kwargs)
        name = kwargs.get("resource_logical_id") or kwargs.get("logical_resource_id") or args[0]
        return f"arn:aws:lacking:us-east-1:000000000000:{name}" if known == MOCKED_REFERENCE else known

    return asked


for each in ("_deployed_property_value_of", "_resource_physical_resource_id_from"):
    setattr(ChangeSetModelPreproc, each, named(getattr(ChangeSetModelPreproc, each)))

from localstack.services.stepfunctions.asl.parse.asl_parser import AmazonStateLanguageParser  # noqa: E402

parse = AmazonStateLanguageParser.parse
NOTHING = json.dumps({"StartAt": "Nothing", "States": {"Nothing": {"Type": "Succeed"}}})


def parse_known(definition):
    """LocalStack's grammar knows no ItemBatcher: a state machine with one is taken, and does nothing."""
    if '"ItemBatcher"' not in definition:
        return parse(definition)
    print("goodnet-local: lacking: ItemBatcher of a Distributed Map", flush=True)
    return parse(NOTHING)


AmazonStateLanguageParser.parse = staticmethod(parse_known)

from localstack.services.events.target import StatesTargetSender  # noqa: E402


def start_execution(self, event, trace_header):
    """LocalStack names an execution by the event's id, which what a rule makes of an event need not have."""
    self.service = "stepfunctions"
    self.client.start_execution(stateMachineArn=self.target["Arn"], input=json.dumps(event))


StatesTargetSender.send_event = start_execution

from localstack.services.s3.provider import S3Provider  # noqa: E402

delete_object = S3Provider.delete_object


@functools.wraps(delete_object)
def delete_whatever(self, *args, if_match=None, **kwargs):
    """LocalStack refuses to delete an object by its ETag."""
    if if_match is not None:
        print("goodnet-local: lacking: S3 deletes by If-Match; deleted whatever was there", flush=True)
    return delete_object(self, *args, **kwargs)


S3Provider.delete_object = delete_whatever

from localstack.runtime.main import main  # noqa: E402

if __name__ == "__main__":
    main()
