# P1: buckets are kept, versioned and emptied as infra/topology.json says.
package infra.p01_buckets

import data.infra.lib
import rego.v1

wanted[key] := bucket if {
	startswith(input.plan, "platform_")
	some key, bucket in data.topology.buckets
}

bucket_of(bucket) := r if {
	some r in lib.of_type("aws_s3_bucket")
	r.values.bucket == replace(bucket.name, "{env}", input.environment)
}

of_bucket(type, bucket) := {r | some r in lib.of_type(type); lib.refers(r, "bucket", bucket)}

examined contains key if some key, _ in wanted

deny contains message if {
	some bucket in wanted
	not bucket_of(bucket)
	message := sprintf("bucket %s is missing", [replace(bucket.name, "{env}", input.environment)])
}

deny contains message if {
	some bucket in wanted
	bucket.versioned
	r := bucket_of(bucket)
	statuses := {c.status | some v in of_bucket("aws_s3_bucket_versioning", r); some c in v.values.versioning_configuration}
	statuses != {"Enabled"}
	message := sprintf("%s keeps no versions", [r.address])
}

# Days after which everything in a bucket goes.
expiry(r) := {days |
	some lifecycle in of_bucket("aws_s3_bucket_lifecycle_configuration", r)
	some rule in lifecycle.values.rule
	rule.status == "Enabled"
	not limited(rule)
	some expiration in object.get(rule, "expiration", [])
	days := expiration.days
	days > 0
}

limited(rule) if {
	some filter in object.get(rule, "filter", [])
	is_string(filter.prefix)
	filter.prefix != ""
}

deny contains message if {
	some bucket in wanted
	r := bucket_of(bucket)
	days := {day | some day in [bucket.expire_days]; day != null}
	expiry(r) != days
	message := sprintf("%s empties after %v days instead of %v", [r.address, expiry(r), days])
}

deny contains message if {
	some bucket in wanted
	r := bucket_of(bucket)
	aborted := {days |
		some lifecycle in of_bucket("aws_s3_bucket_lifecycle_configuration", r)
		some rule in lifecycle.values.rule
		some abort in object.get(rule, "abort_incomplete_multipart_upload", [])
		days := abort.days_after_initiation
	}
	aborted != {7}
	message := sprintf("%s keeps unfinished uploads", [r.address])
}

blocks := ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"]

deny contains message if {
	some bucket in wanted
	r := bucket_of(bucket)
	closed := {b | some b in of_bucket("aws_s3_bucket_public_access_block", r); every block in blocks { b.values[block] == true }}
	count(closed) == 0
	message := sprintf("%s can be made public", [r.address])
}
