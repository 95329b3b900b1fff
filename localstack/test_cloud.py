"""Checks that the local cloud behaves as the services rely on. It must run: `localstack/cloud start`.

Run it with the Python that `start` installs: localstack/.state/tools/bin/python localstack/test_cloud.py
"""

import base64
import io
import json
import subprocess
import sys
import time
import unittest
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

sys.dont_write_bytecode = True
try:
    import boto3
    from botocore.config import Config
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, rsa
except ModuleNotFoundError:
    sys.exit("error: run this with localstack/.state/tools/bin/python, which `localstack/cloud start` makes")

CLOUD = Path(__file__).with_name("cloud")
ENV = "smoke"


def cloud(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([str(CLOUD), *arguments], capture_output=True, text=True, check=True)


def client(service: str):
    variable = f"AWS_ENDPOINT_URL_{service.upper().replace('-', '_')}"
    names = {"cognito-idp": "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"}
    endpoint = settings.get(names.get(service, variable), settings["AWS_ENDPOINT_URL"])
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=settings["AWS_REGION"],
        aws_access_key_id=settings["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=settings["AWS_SECRET_ACCESS_KEY"],
        config=Config(s3={"addressing_style": "path"}),
    )


def get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as response:
        return response.read()


def setUpModule() -> None:
    global settings
    # A set of its own: messages of a developer's services must neither disturb nor be eaten.
    output = cloud("seed", "--env", ENV).stdout
    settings = dict(line.split("=", 1) for line in output.splitlines())


def tearDownModule() -> None:
    cloud("unseed", "--env", ENV)


class Messages(unittest.TestCase):
    def publish(self, kind: str, **attributes: str) -> None:
        attributes = {"type": kind, "org": "org-smoke"} | attributes
        client("sns").publish(
            TopicArn=settings["MCP_AUDIT_TOPIC_ARN"],
            Message=json.dumps({"type": kind} | attributes),
            MessageAttributes={name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()},
        )

    def receive_all(self, queue: str) -> list[dict]:
        """Takes messages until the queue stays silent."""
        sqs, found = client("sqs"), []
        while messages := sqs.receive_message(
            QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1, MessageAttributeNames=["All"]
        ).get("Messages"):
            found += messages
            for message in messages:
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return found

    def test_each_queue_receives_what_its_filter_names_and_nothing_else(self) -> None:
        self.publish("finding.raised.v1", severity="critical")
        self.publish("finding.raised.v1", severity="high")
        self.publish("finding.raised.v1")
        self.publish("report.ready.v1")
        self.publish("report.failed.v1", severity="info")
        self.publish("test.failed.v1")
        self.publish("test.completed.v1", severity="critical")
        self.publish("usage.recorded.v1")
        expected = {
            "ALERT": ["finding.raised.v1 critical", "report.failed.v1 info", "report.ready.v1 -", "test.failed.v1 -"],
            "METERING": ["usage.recorded.v1 -"],
            "SCAN": [],
        }
        for name, events in expected.items():
            messages = self.receive_all(settings[f"MCP_AUDIT_{name}_QUEUE_URL"])
            bodies = [json.loads(message["Body"]) for message in messages]
            self.assertEqual(sorted(f"{body['type']} {body.get('severity', '-')}" for body in bodies), events)
            for message in messages:
                self.assertIn("type", message["MessageAttributes"], "raw delivery keeps the attributes")

    def test_the_fourth_receive_finds_the_message_in_the_dead_letter_queue(self) -> None:
        sqs, queue = client("sqs"), settings["MCP_AUDIT_REPORT_QUEUE_URL"]
        sqs.send_message(QueueUrl=queue, MessageBody="poison")
        for attempt in (1, 2, 3):
            [message] = sqs.receive_message(QueueUrl=queue, VisibilityTimeout=0, WaitTimeSeconds=5)["Messages"]
            self.assertEqual(message["Body"], "poison", f"receive {attempt}")
        self.assertNotIn("Messages", sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1))
        self.assertEqual([message["Body"] for message in self.receive_all(f"{queue}-dlq")], ["poison"])

    def test_queues_have_the_attributes_of_the_topology(self) -> None:
        attributes = client("sqs").get_queue_attributes(
            QueueUrl=settings["MCP_AUDIT_METERING_QUEUE_URL"], AttributeNames=["All"]
        )["Attributes"]
        self.assertEqual(attributes["VisibilityTimeout"], "60")
        self.assertEqual(attributes["MessageRetentionPeriod"], "1209600")
        self.assertEqual(attributes["ReceiveMessageWaitTimeSeconds"], "20")


class Storage(unittest.TestCase):
    def test_the_table_has_its_indexes_and_expires_items(self) -> None:
        dynamodb, table = client("dynamodb"), settings["MCP_AUDIT_TABLE"]
        described = dynamodb.describe_table(TableName=table)["Table"]
        self.assertEqual(sorted(index["IndexName"] for index in described["GlobalSecondaryIndexes"]), ["GSI1", "GSI2", "GSI3"])
        ttl = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
        self.assertEqual((ttl["TimeToLiveStatus"], ttl["AttributeName"]), ("ENABLED", "ttl"))

    def test_an_index_finds_what_was_written(self) -> None:
        dynamodb, table = client("dynamodb"), settings["MCP_AUDIT_TABLE"]
        item = {"PK": "ORG#o", "SK": "TEST#t", "org_id": "o", "severity": "critical"}
        dynamodb.put_item(TableName=table, Item={name: {"S": value} for name, value in item.items()})
        found = dynamodb.query(
            TableName=table,
            IndexName="GSI3",
            KeyConditionExpression="org_id = :o",
            ExpressionAttributeValues={":o": {"S": "o"}},
        )
        self.assertEqual([item["SK"]["S"] for item in found["Items"]], ["TEST#t"])

    def test_a_presigned_url_opens_one_object_and_no_other(self) -> None:
        s3, bucket = client("s3"), settings["MCP_AUDIT_REPORTS_BUCKET"]
        for key in ("report.pdf", "other.pdf"):
            s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
        url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "report.pdf"}, ExpiresIn=300)
        self.assertEqual(get(url), b"report.pdf")
        with self.assertRaisesRegex(urllib.error.HTTPError, "403"):
            get(url.replace("report.pdf", "other.pdf"))

    def expiries(self, bucket: str) -> dict[str, int]:
        rules = client("s3").get_bucket_lifecycle_configuration(Bucket=settings[bucket])["Rules"]
        return {rule["Filter"]["Prefix"]: rule["Expiration"]["Days"] for rule in rules}

    def test_reports_and_unused_uploads_expire(self) -> None:
        self.assertEqual(self.expiries("MCP_AUDIT_REPORTS_BUCKET"), {"": 90})
        self.assertEqual(self.expiries("MCP_AUDIT_MANIFESTS_BUCKET"), {"uploads/": 5})


class Mail(unittest.TestCase):
    def test_a_sent_mail_is_in_the_mailbox(self) -> None:
        subject = f"smoke {time.time_ns()}"
        client("sesv2").send_email(
            FromEmailAddress=settings["MCP_AUDIT_MAIL_SENDER"],
            Destination={"ToAddresses": ["security@customer.example"]},
            Content={
                "Simple": {"Subject": {"Data": subject}, "Body": {"Text": {"Data": "text"}, "Html": {"Data": "<p>html</p>"}}}
            },
        )
        messages = json.loads(get(settings["MAILBOX_URL"]))["messages"]
        self.assertIn(subject, json.dumps(messages))


class SignIn(unittest.TestCase):
    def sign_in(self, flow: str, **parameters: str) -> dict:
        answer = client("cognito-idp").initiate_auth(
            ClientId=settings["COGNITO_CLIENT_ID"], AuthFlow=flow, AuthParameters=parameters
        )
        return answer["AuthenticationResult"]

    def verified_claims(self, token: str) -> dict:
        header, body, signature = token.split(".")
        wanted = json.loads(decoded(header))["kid"]
        [key] = [key for key in json.loads(get(settings["COGNITO_JWKS_URL"]))["keys"] if key["kid"] == wanted]
        numbers = rsa.RSAPublicNumbers(number(key["e"]), number(key["n"]))
        numbers.public_key().verify(decoded(signature), f"{header}.{body}".encode(), padding.PKCS1v15(), hashes.SHA256())
        claims = json.loads(decoded(body))
        self.assertEqual(claims["iss"], settings["COGNITO_ISSUER"])
        self.assertGreater(claims["exp"], time.time())
        return claims

    def test_the_demo_user_signs_in_and_refreshes(self) -> None:
        tokens = self.sign_in("USER_PASSWORD_AUTH", USERNAME=settings["DEMO_EMAIL"], PASSWORD=settings["DEMO_PASSWORD"])
        access = self.verified_claims(tokens["AccessToken"])
        self.assertEqual((access["token_use"], access["client_id"]), ("access", settings["COGNITO_CLIENT_ID"]))
        identity = self.verified_claims(tokens["IdToken"])
        self.assertEqual((identity["token_use"], identity["aud"]), ("id", settings["COGNITO_CLIENT_ID"]))
        self.assertEqual(identity["custom:organization_id"], settings["DEMO_ORGANIZATION_ID"])
        refreshed = self.sign_in("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=tokens["RefreshToken"])
        self.assertEqual(self.verified_claims(refreshed["AccessToken"])["sub"], access["sub"])

    def test_a_machine_gets_a_token_for_its_scope(self) -> None:
        client_id, secret = settings["COGNITO_MACHINE_CLIENT_ID"], settings["COGNITO_MACHINE_CLIENT_SECRET"]
        basic = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
        request = urllib.request.Request(
            settings["COGNITO_TOKEN_URL"],
            data=b"grant_type=client_credentials&scope=mcp/invoke",
            headers={"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"},
        )
        with urllib.request.urlopen(request, timeout=10) as response:
            claims = self.verified_claims(json.load(response)["access_token"])
        self.assertEqual((claims["client_id"], claims["scope"]), (client_id, "mcp/invoke"))

    def test_a_wrong_password_is_refused(self) -> None:
        with self.assertRaisesRegex(Exception, "NotAuthorized"):
            self.sign_in("USER_PASSWORD_AUTH", USERNAME=settings["DEMO_EMAIL"], PASSWORD="wrong-password-123")


# A function's program is any executable named `bootstrap` that speaks the Lambda runtime API.
BOOTSTRAP = b"""#!/usr/bin/env python3
import json, os, urllib.request
api = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"
while True:
    with urllib.request.urlopen(f"{api}/next") as invocation:
        request, event = invocation.headers["Lambda-Runtime-Aws-Request-Id"], json.load(invocation)
    failed = [{"itemIdentifier": record["messageId"]} for record in event["Records"] if record["body"] == "bad"]
    answer = json.dumps({"batchItemFailures": failed}).encode()
    urllib.request.urlopen(urllib.request.Request(f"{api}/{request}/response", data=answer, method="POST"))
"""


class Functions(unittest.TestCase):
    def test_a_queue_feeds_a_function_and_only_the_failed_message_is_redriven(self) -> None:
        function, url = client("lambda"), settings["AWS_ENDPOINT_URL_LAMBDA"]
        # The queue must be the one of the emulator that runs the function.
        sqs = boto3.client(
            "sqs", endpoint_url=url, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
        )
        dead = sqs.create_queue(QueueName="smoke-dlq")["QueueUrl"]
        redrive = {"deadLetterTargetArn": "arn:aws:sqs:us-east-1:000000000000:smoke-dlq", "maxReceiveCount": 2}
        attributes = {"VisibilityTimeout": "1", "RedrivePolicy": json.dumps(redrive)}
        queue = sqs.create_queue(QueueName="smoke", Attributes=attributes)["QueueUrl"]
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as zipped:
            program = zipfile.ZipInfo("bootstrap")
            program.external_attr = 0o755 << 16
            zipped.writestr(program, BOOTSTRAP)
        function.create_function(
            FunctionName="smoke",
            Runtime="provided.al2023",
            Handler="bootstrap",
            Role="arn:aws:iam::000000000000:role/smoke",
            Code={"ZipFile": archive.getvalue()},
            # Nothing of the cloud's own environment reaches a function.
            Environment={"Variables": {"AWS_ENDPOINT_URL": settings["AWS_ENDPOINT_URL"]}},
        )
        mapping = function.create_event_source_mapping(
            EventSourceArn="arn:aws:sqs:us-east-1:000000000000:smoke",
            FunctionName="smoke",
            BatchSize=10,
            FunctionResponseTypes=["ReportBatchItemFailures"],
        )["UUID"]
        try:
            for body in ("good", "bad", "good"):
                sqs.send_message(QueueUrl=queue, MessageBody=body)
            dead_messages = sqs.receive_message(QueueUrl=dead, WaitTimeSeconds=15).get("Messages", [])
            self.assertEqual([message["Body"] for message in dead_messages], ["bad"])
        finally:
            function.delete_event_source_mapping(UUID=mapping)
            function.delete_function(FunctionName="smoke")
            for name in (queue, dead):
                sqs.delete_queue(QueueUrl=name)


class Commands(unittest.TestCase):
    def test_a_second_start_changes_nothing_and_is_fast(self) -> None:
        before = Path(CLOUD.parent / ".state/env").stat()
        began = time.monotonic()
        answer = cloud("start")
        self.assertLess(time.monotonic() - began, 2)
        self.assertIn("already runs", answer.stderr)
        self.assertEqual(Path(CLOUD.parent / ".state/env").stat().st_mtime_ns, before.st_mtime_ns)


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def number(text: str) -> int:
    return int.from_bytes(decoded(text), "big")


if __name__ == "__main__":
    unittest.main()
