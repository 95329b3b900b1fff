# SC-8: buckets refuse requests without TLS (queues: x11_queues).
package infra.sc08_tls_only

import data.infra.lib
import rego.v1

buckets := lib.of_type("aws_s3_bucket")

examined contains r.address if some r in buckets

deny contains message if {
	some bucket in buckets
	not refuses(bucket)
	message := sprintf("%s accepts requests without TLS", [bucket.address])
}

refuses(bucket) if {
	some r in lib.of_type("aws_s3_bucket_policy")
	of_bucket(r, bucket)
	lib.denies_plain_transport(r.values.policy)
}

of_bucket(policy, bucket) if policy.values.bucket == bucket.values.bucket

of_bucket(policy, bucket) if lib.refers(policy, "bucket", bucket)
