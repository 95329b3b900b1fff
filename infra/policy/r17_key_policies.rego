# Row 17: `kms:*` for the account gives every administrator of IAM the use of every key.
package infra.r17_key_policies

import data.infra.lib
import rego.v1

examined contains r.address if some r in lib.of_type("aws_kms_key")

deny contains message if {
	some r in lib.of_type("aws_kms_key")
	not is_object(object.get(r.values, "policy", null))
	message := sprintf("%s has no policy that a plan shows", [r.address])
}

deny contains message if {
	some r in lib.of_type("aws_kms_key")
	some statement in lib.statements(r.values.policy)
	statement.Effect == "Allow"
	some action in lib.actions(statement) & {"*", "kms:*"}
	message := sprintf("%s allows `%s`: separate administration from use", [r.address, action])
}
