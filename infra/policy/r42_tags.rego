# Row 42: costs without an owner are nobody's.
package infra.r42_tags

import data.infra.lib
import rego.v1

wanted := {"CostCenter", "Environment", "ManagedBy", "Project", "Service"}

examined contains r.address if {
	some r in input.resources
	is_object(r.values.tags_all)
}

deny contains message if {
	some r in input.resources
	is_object(r.values.tags_all)
	missing := wanted - object.keys(r.values.tags_all)
	count(missing) > 0
	message := sprintf("%s lacks the tags %s", [r.address, concat(", ", sort(missing))])
}
