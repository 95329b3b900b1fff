# Row 31: a burst of 4xx is a broken client or somebody who tries doors.
package infra.r31_client_errors

import data.infra.lib
import rego.v1

examined contains r.address if {
	lib.production
	some r in lib.apis
}

deny contains message if {
	lib.production
	some r in lib.apis
	not watched(r)
	message := sprintf("%s has no alarm on 4xx answers", [r.address])
}

watched(api) if {
	some w in lib.watched
	w.namespace == "AWS/ApiGateway"
	w.metric in {"4xx", "4XXError"}
	of_api(w, api)
}

of_api(w, api) if w.dimensions.ApiName == api.values.name

of_api(w, api) if lib.refers(w.alarm, "dimensions", api)

of_api(w, api) if lib.refers(w.alarm, "metric_query", api)
