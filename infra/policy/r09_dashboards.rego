# Row 9: whoever is paged needs one page that shows the server or the platform.
package infra.r09_dashboards

import data.infra.lib
import rego.v1

dashboards := lib.of_type("aws_cloudwatch_dashboard")

examined contains r.address if some r in dashboards

deny contains message if {
	lib.production
	count(dashboards) == 0
	message := sprintf("%s has no dashboard", [input.plan])
}

# A body that depends on an id is known after the apply only; the tests of the module look into it.
deny contains message if {
	some r in dashboards
	not lib.unknown(r, "dashboard_body")
	not shows_something(r.values.dashboard_body)
	message := sprintf("%s shows nothing: its body needs widgets", [r.address])
}

shows_something(body) if count(body.widgets) > 0
