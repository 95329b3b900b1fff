# X2: the default endpoint of an API stays public beside the distribution; through it the web ACL is walked around.
package infra.x02_bypass

import data.infra.lib
import rego.v1

examined contains r.address if {
	lib.production
	some r in lib.apis
}

deny contains message if {
	lib.production
	some r in lib.apis
	object.get(r.values, "disable_execute_api_endpoint", false) != true
	message := sprintf("%s answers at its default endpoint", [r.address])
}

# An origin in a bucket is closed by its access control; an API recognises the distribution by a secret header.
deny contains message if {
	lib.production
	some r in lib.of_type("aws_cloudfront_distribution")
	some origin in r.values.origin
	count(object.get(origin, "custom_origin_config", [])) > 0
	names := {lower(header.name) | some header in object.get(origin, "custom_header", [])}
	not "x-origin-verify" in names
	message := sprintf("%s sends no x-origin-verify header to its origin `%s`", [r.address, origin.origin_id])
}
