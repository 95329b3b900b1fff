# Row 59: whatever a role is given later, its boundary holds.
package infra.r59_boundaries

import data.infra.lib
import rego.v1

# Roles of tenants are assumed with a session tag.
tenant_roles contains r if {
	some r in lib.of_type("aws_iam_role")
	some statement in lib.statements(r.values.assume_role_policy)
	"sts:TagSession" in lib.actions(statement)
}

service_roles contains r if {
	startswith(input.plan, "platform_")
	some r in lib.of_type("aws_iam_role")
	some statement in lib.statements(r.values.assume_role_policy)
	count(lib.service_principals(statement) & {"lambda.amazonaws.com", "ecs-tasks.amazonaws.com"}) > 0
}

examined contains r.address if some r in tenant_roles | service_roles

deny contains message if {
	some r in tenant_roles | service_roles
	not lib.set_to_something(r, "permissions_boundary")
	message := sprintf("%s has no permission boundary", [r.address])
}

boundary_of(role, policy) if endswith(role.values.permissions_boundary, sprintf("/%s", [policy.values.name]))

boundary_of(role, policy) if {
	lib.unknown(role, "permissions_boundary")
	lib.refers(role, "permissions_boundary", policy)
}

deny contains message if {
	some role in tenant_roles | service_roles
	some policy in lib.of_type("aws_iam_policy")
	boundary_of(role, policy)
	denied := {action |
		some statement in lib.statements(policy.values.policy)
		statement.Effect == "Deny"
		some action in lib.actions(statement)
	}
	not "iam:*" in denied
	message := sprintf("%s, the boundary of %s, does not deny `iam:*`", [policy.address, role.address])
}
