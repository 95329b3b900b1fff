"""Makes what infra/topology.json describes, for one environment, and prints the settings that lead to it.

    python -m lib.seed seed NAME      makes or repairs; running it twice changes nothing
    python -m lib.seed unseed NAME    deletes queues, topic, table and buckets

Mail and sign-in are shared by all environments of this machine: a test isolates itself there by its own organisation.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
from botocore.config import Config

from lib import settings
from lib.settings import ACCOUNT, DEFAULT_ENV, ENV_FILE, HOST, REGION, TOPOLOGY, ports, url

Topology = dict[str, Any]
Environment = dict[str, str]

# A retry would only hide that an emulator is in trouble.
CONFIG = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})


def client(service: str, part: str) -> Any:
    # A session of its own: the shared one may not be used from several threads.
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)
    return session.client(service, endpoint_url=url(part), config=CONFIG)


def main() -> None:
    action, env = sys.argv[1:]
    topology = json.loads(TOPOLOGY.read_text().replace("{env}", env))
    if action == "unseed":
        at_once(topology, delete_messaging, delete_table, delete_buckets)
        return
    made = at_once(topology, make_messaging, make_table, make_buckets)
    if env == DEFAULT_ENV:
        made |= addresses(env) | at_once(topology, make_identity, make_mail)
    else:
        shared = (line.split("=", 1) for line in ENV_FILE.read_text().splitlines())
        made = dict(shared) | {"MCP_AUDIT_ENV": env} | made
    for name, value in made.items():
        print(f"{name}={value}")


def at_once(topology: Topology, *steps: Any) -> Environment:
    with ThreadPoolExecutor() as pool:
        results = list(pool.map(lambda step: step(topology), steps))
    return {name: value for result in results for name, value in (result or {}).items()}


def addresses(env: str) -> Environment:
    return {
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        # An address instead of a name makes every AWS SDK put the bucket into the path.
        "AWS_ENDPOINT_URL": url("localstack"),
        "AWS_ENDPOINT_URL_DYNAMODB": url("dynoxide"),
        "AWS_ENDPOINT_URL_SESV2": url("ministack"),
        "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER": url("ministack"),
        "AWS_ENDPOINT_URL_LAMBDA": url("ministack"),
        "REDIS_URL": f"redis://{HOST}:{ports()['redis']}",
        "MCP_AUDIT_ENV": env,
    }


# Queues and topic


def make_messaging(topology: Topology) -> Environment:
    sqs, sns = client("sqs", "localstack"), client("sns", "localstack")
    made = {}
    for key, queue in topology["queues"].items():
        queue = topology["queue_defaults"] | queue
        dead_letters = f"{queue['name']}-dlq"
        make_queue(sqs, dead_letters, {"MessageRetentionPeriod": queue["dead_letter_retention_seconds"]})
        redrive = {"deadLetterTargetArn": queue_arn(dead_letters), "maxReceiveCount": queue["max_receive_count"]}
        made[f"MCP_AUDIT_{key.upper()}_QUEUE_URL"] = make_queue(
            sqs,
            queue["name"],
            {
                "VisibilityTimeout": queue["visibility_timeout_seconds"],
                "MessageRetentionPeriod": queue["retention_seconds"],
                "ReceiveMessageWaitTimeSeconds": queue["receive_wait_seconds"],
                "RedrivePolicy": json.dumps(redrive),
            },
        )
    topic = sns.create_topic(Name=topology["topic"]["name"])["TopicArn"]
    for key, subscription in topology["topic"]["subscriptions"].items():
        endpoint = queue_arn(topology["queues"][key]["name"])
        arn = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=endpoint, ReturnSubscriptionArn=True)["SubscriptionArn"]
        attributes = {
            "RawMessageDelivery": json.dumps(subscription["raw_message_delivery"]),
            "FilterPolicyScope": "MessageAttributes",
            "FilterPolicy": json.dumps(subscription["filter_policy"]),
        }
        # Set apart from subscribing, which refuses attributes that differ from those of an existing subscription.
        for name, value in attributes.items():
            sns.set_subscription_attributes(SubscriptionArn=arn, AttributeName=name, AttributeValue=value)
    return made | {"MCP_AUDIT_TOPIC_ARN": topic}


def make_queue(sqs: Any, name: str, attributes: dict[str, Any]) -> str:
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={key: str(value) for key, value in attributes.items()})
    return queue


def queue_arn(name: str) -> str:
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"


def delete_messaging(topology: Topology) -> None:
    sqs, sns = client("sqs", "localstack"), client("sns", "localstack")
    topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:{topology['topic']['name']}"
    try:
        for subscription in sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]:
            sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
    except sns.exceptions.NotFoundException:
        pass
    sns.delete_topic(TopicArn=topic)
    for queue in topology["queues"].values():
        for name in (queue["name"], f"{queue['name']}-dlq"):
            try:
                sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName=name)["QueueUrl"])
            except sqs.exceptions.QueueDoesNotExist:
                pass


# Table


def make_table(topology: Topology) -> Environment:
    dynamodb = client("dynamodb", "dynoxide")
    table = topology["table"]
    try:
        dynamodb.create_table(
            TableName=table["name"],
            BillingMode=table["billing_mode"],
            KeySchema=key_schema(table),
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": kind} for name, kind in table["attributes"].items()],
            GlobalSecondaryIndexes=[
                {"IndexName": name, "KeySchema": key_schema(index), "Projection": {"ProjectionType": index["projection"]}}
                for name, index in table["global_secondary_indexes"].items()
            ],
            StreamSpecification={"StreamEnabled": True, "StreamViewType": table["stream_view_type"]},
        )
    except dynamodb.exceptions.ResourceInUseException:
        return {"MCP_AUDIT_TABLE": table["name"]}
    dynamodb.update_time_to_live(
        TableName=table["name"], TimeToLiveSpecification={"Enabled": True, "AttributeName": table["ttl_attribute"]}
    )
    return {"MCP_AUDIT_TABLE": table["name"]}


def key_schema(keys: dict[str, Any]) -> list[dict[str, str]]:
    return [
        {"AttributeName": keys["hash_key"], "KeyType": "HASH"},
        {"AttributeName": keys["range_key"], "KeyType": "RANGE"},
    ]


def delete_table(topology: Topology) -> None:
    dynamodb = client("dynamodb", "dynoxide")
    try:
        dynamodb.delete_table(TableName=topology["table"]["name"])
    except dynamodb.exceptions.ResourceNotFoundException:
        pass


# Buckets


def make_buckets(topology: Topology) -> Environment:
    s3 = client("s3", "localstack")
    made = {}
    for key, bucket in topology["buckets"].items():
        name = bucket["name"]
        s3.create_bucket(Bucket=name)
        if bucket["versioned"]:
            s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        expiries = {"": bucket["expire_days"]} | bucket.get("expire_prefixes", {})
        rules = [
            {"ID": f"expire {prefix}".strip(), "Status": "Enabled", "Filter": {"Prefix": prefix}, "Expiration": {"Days": days}}
            for prefix, days in expiries.items()
            if days
        ]
        if rules:
            s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": rules})
        if not bucket["public"]:
            blocked = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
            s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=dict.fromkeys(blocked, True))
        made[f"MCP_AUDIT_{key.upper().replace('-', '_')}_BUCKET"] = name
    return made


def delete_buckets(topology: Topology) -> None:
    s3 = client("s3", "localstack")
    for bucket in topology["buckets"].values():
        name = bucket["name"]
        try:
            for page in s3.get_paginator("list_object_versions").paginate(Bucket=name):
                for version in page.get("Versions", []) + page.get("DeleteMarkers", []):
                    s3.delete_object(Bucket=name, Key=version["Key"], VersionId=version["VersionId"])
            s3.delete_bucket(Bucket=name)
        except s3.exceptions.NoSuchBucket:
            pass


# Sign-in and mail


def make_identity(topology: Topology) -> Environment:
    cognito = client("cognito-idp", "ministack")
    identity = topology["identity"]
    pool = make_user_pool(cognito, identity["user_pool"])
    app = make_client(cognito, pool, identity["app_client"]["name"], app_client_settings(identity))
    make_resource_server(cognito, pool, identity["resource_server"])
    machine = make_client(cognito, pool, identity["machine_client"]["name"], machine_client_settings(identity))
    make_demo_user(cognito, pool)
    return {
        "COGNITO_POOL_ID": pool,
        "COGNITO_CLIENT_ID": app["ClientId"],
        "COGNITO_MACHINE_CLIENT_ID": machine["ClientId"],
        "COGNITO_MACHINE_CLIENT_SECRET": machine["ClientSecret"],
        "COGNITO_TOKEN_URL": f"{url('ministack')}/oauth2/token",
        # Tokens name the issuer as AWS does, the keys are here.
        "COGNITO_ISSUER": f"https://cognito-idp.{REGION}.amazonaws.com/{pool}",
        "COGNITO_JWKS_URL": f"{url('ministack')}/{pool}/.well-known/jwks.json",
        "DEMO_EMAIL": settings.DEMO_EMAIL,
        "DEMO_PASSWORD": settings.DEMO_PASSWORD,
        "DEMO_ORGANIZATION_ID": settings.DEMO_ORGANIZATION,
    }


def make_user_pool(cognito: Any, pool: dict[str, Any]) -> str:
    for existing in cognito.list_user_pools(MaxResults=60)["UserPools"]:
        if existing["Name"] == pool["name"]:
            return existing["Id"]
    created = cognito.create_user_pool(
        PoolName=pool["name"],
        UsernameAttributes=[pool["sign_in_with"]],
        AutoVerifiedAttributes=[pool["sign_in_with"]],
        Policies={"PasswordPolicy": {"MinimumLength": pool["password_minimum_length"]}},
        Schema=[
            {"Name": name, "AttributeDataType": attribute["type"], "Mutable": True}
            for name, attribute in pool["custom_attributes"].items()
        ],
    )
    return created["UserPool"]["Id"]


def make_client(cognito: Any, pool: str, name: str, properties: dict[str, Any]) -> dict[str, Any]:
    for existing in cognito.list_user_pool_clients(UserPoolId=pool, MaxResults=60)["UserPoolClients"]:
        if existing["ClientName"] == name:
            return cognito.describe_user_pool_client(UserPoolId=pool, ClientId=existing["ClientId"])["UserPoolClient"]
    return cognito.create_user_pool_client(UserPoolId=pool, ClientName=name, **properties)["UserPoolClient"]


def app_client_settings(identity: dict[str, Any]) -> dict[str, Any]:
    app, custom = identity["app_client"], identity["user_pool"]["custom_attributes"]
    writable = [f"custom:{name}" for name, attribute in custom.items() if attribute["client_writable"]]
    return {
        "ExplicitAuthFlows": app["auth_flows"],
        "PreventUserExistenceErrors": "ENABLED",
        "EnableTokenRevocation": True,
        "ReadAttributes": ["email", "name", *(f"custom:{name}" for name in custom)],
        "WriteAttributes": ["email", "name", *writable],
        "AccessTokenValidity": app["access_token_minutes"],
        "IdTokenValidity": app["id_token_minutes"],
        "RefreshTokenValidity": app["refresh_token_days"],
        "TokenValidityUnits": {"AccessToken": "minutes", "IdToken": "minutes", "RefreshToken": "days"},
    }


def make_resource_server(cognito: Any, pool: str, server: dict[str, Any]) -> None:
    identifier = server["identifier"]
    existing = cognito.list_resource_servers(UserPoolId=pool, MaxResults=50)["ResourceServers"]
    if any(found["Identifier"] == identifier for found in existing):
        return
    scopes = [{"ScopeName": name, "ScopeDescription": text} for name, text in server["scopes"].items()]
    cognito.create_resource_server(UserPoolId=pool, Identifier=identifier, Name=identifier, Scopes=scopes)


def machine_client_settings(identity: dict[str, Any]) -> dict[str, Any]:
    machine = identity["machine_client"]
    return {
        "GenerateSecret": True,
        "AllowedOAuthFlowsUserPoolClient": True,
        "AllowedOAuthFlows": ["client_credentials"],
        "AllowedOAuthScopes": machine["scopes"],
        "AccessTokenValidity": machine["access_token_minutes"],
        "TokenValidityUnits": {"AccessToken": "minutes"},
    }


def make_demo_user(cognito: Any, pool: str) -> None:
    attributes = {
        "email": settings.DEMO_EMAIL,
        "email_verified": "true",
        "custom:organization_id": settings.DEMO_ORGANIZATION,
        "custom:role": settings.DEMO_ROLE,
    }
    try:
        cognito.admin_create_user(
            UserPoolId=pool,
            Username=settings.DEMO_EMAIL,
            MessageAction="SUPPRESS",
            # A generated one may be shorter than the pool's own policy allows.
            TemporaryPassword=settings.DEMO_PASSWORD,
            UserAttributes=[{"Name": name, "Value": value} for name, value in attributes.items()],
        )
    except cognito.exceptions.UsernameExistsException:
        pass
    cognito.admin_set_user_password(
        UserPoolId=pool, Username=settings.DEMO_EMAIL, Password=settings.DEMO_PASSWORD, Permanent=True
    )


def make_mail(topology: Topology) -> Environment:
    ses = client("sesv2", "ministack")
    try:
        ses.create_email_identity(EmailIdentity=topology["mail"]["identity"])
    except ses.exceptions.AlreadyExistsException:
        pass
    return {
        "MCP_AUDIT_MAIL_SENDER": topology["mail"]["sender"],
        "MAILBOX_URL": f"{url('ministack')}/_ministack/ses/messages",
    }


if __name__ == "__main__":
    main()
