"""Adds the tenant to an access token. The tenant is in a scope that Cognito grants to the tenant's own client only."""

PREFIX = "{scope_prefix}"


def handler(event, _context):
    tenants = [scope.removeprefix(PREFIX) for scope in event["request"].get("scopes") or [] if scope.startswith(PREFIX)]
    if len(tenants) != 1:
        raise ValueError("ask for the scope of exactly one tenant")
    event["response"]["claimsAndScopeOverrideDetails"] = {
        "accessTokenGeneration": {"claimsToAddOrOverride": {"tenant_id": tenants[0]}}
    }
    return event
