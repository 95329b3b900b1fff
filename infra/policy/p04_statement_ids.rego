# P4: IAM refuses a policy in which two statements have the same id, and an id of other signs than letters and digits; a
# plan shows neither.
package infra.p04_statement_ids

import data.infra.lib
import rego.v1

examined contains found.resource.address if some found in lib.identity_documents

ids(document) := [statement.Sid | some statement in lib.statements(document); statement.Sid]

deny contains message if {
	some found in lib.identity_documents
	some sid in ids(found.document)
	count([same | some same in ids(found.document); same == sid]) > 1
	message := sprintf("%s has two statements `%s`", [found.resource.address, sid])
}

deny contains message if {
	some found in lib.identity_documents
	some sid in ids(found.document)
	not regex.match(`^[A-Za-z0-9]+$`, sid)
	message := sprintf("%s has the statement `%s`: use letters and digits", [found.resource.address, sid])
}
