# Row 23: in production a slip in a console must not delete the tables or the users.
package infra.r23_deletion_protection

import data.infra.lib
import rego.v1

examined contains r.address if {
	lib.production
	some r in input.resources
	r.type in {"aws_dynamodb_table", "aws_cognito_user_pool"}
}

deny contains message if {
	lib.production
	some r in lib.of_type("aws_dynamodb_table")
	object.get(r.values, "deletion_protection_enabled", false) != true
	message := sprintf("%s can be deleted", [r.address])
}

deny contains message if {
	lib.production
	some r in lib.of_type("aws_cognito_user_pool")
	object.get(r.values, "deletion_protection", "INACTIVE") != "ACTIVE"
	message := sprintf("%s can be deleted", [r.address])
}
