variable "service_name" {
  description = "Name of the service whose routes these are; part of its permissions' ids."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,39}$", var.service_name))
    error_message = "Write service_name in lower case, beginning with a letter: at most 40 letters, digits and hyphens."
  }
}

variable "protocol" {
  description = "HTTP or WEBSOCKET, as the API."
  type        = string
  default     = "HTTP"

  validation {
    condition     = contains(["HTTP", "WEBSOCKET"], var.protocol)
    error_message = "Set protocol to HTTP or WEBSOCKET."
  }
}

variable "api_id" {
  description = "API that gets the routes."
  type        = string
}

variable "api_execution_arn" {
  description = "Execution ARN of that API; permissions begin with it."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:execute-api:", var.api_execution_arn))
    error_message = "Set api_execution_arn to the execution ARN of the API, arn:<partition>:execute-api:…"
  }
}

variable "stage_name" {
  description = "Stage that may invoke the function."
  type        = string
  default     = "$default"
}

variable "lambda_function_name" {
  description = "Function behind the routes."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,64}$", var.lambda_function_name))
    error_message = "Set lambda_function_name to the name of a function, without ARN or alias."
  }
}

variable "lambda_qualifier" {
  description = "Alias of the function that the routes invoke."
  type        = string
  default     = "live"

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,128}$", var.lambda_qualifier))
    error_message = "Set lambda_qualifier to an alias: $LATEST changes with every upload."
  }
}

variable "lambda_invoke_arn" {
  description = "Invoke ARN of that alias."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:apigateway:.+:${var.lambda_qualifier}/invocations$", var.lambda_invoke_arn))
    error_message = "Set lambda_invoke_arn to the invoke ARN of the alias lambda_qualifier, arn:<partition>:apigateway:…:<alias>/invocations."
  }
}

variable "payload_format_version" {
  description = "Form of the event that the function gets. WebSocket APIs know 1.0 only."
  type        = string
  default     = "2.0"

  validation {
    condition     = contains(["1.0", "2.0"], var.payload_format_version) && (var.protocol == "HTTP" || var.payload_format_version == "1.0")
    error_message = "Set payload_format_version to 1.0 or 2.0; to 1.0 for a WebSocket API."
  }
}

variable "route_prefix" {
  description = "Path that all routes of this service are below. Null means `/<service_name>`."
  type        = string
  default     = null

  validation {
    condition     = var.route_prefix == null || can(regex("^/[A-Za-z0-9/_.-]*[A-Za-z0-9_.-]$", var.route_prefix))
    error_message = "Write route_prefix with a slash before and none behind, such as /v1/tests."
  }
}

variable "routes" {
  description = "Routes by key: `METHOD /path`, or a name such as `$connect` of a WebSocket API. authorizer_id and authorization_scopes are for JWT and CUSTOM."
  type = map(object({
    authorization_type   = optional(string, "JWT")
    authorizer_id        = optional(string)
    authorization_scopes = optional(set(string))
  }))

  validation {
    condition     = length(var.routes) > 0
    error_message = "Name at least one route."
  }

  validation {
    condition     = alltrue([for key in keys(var.routes) : can(regex(var.protocol == "HTTP" ? "^(GET|POST|PUT|DELETE|PATCH|HEAD|OPTIONS) /.*$" : "^\\$?[A-Za-z][A-Za-z0-9_-]*$", key))])
    error_message = "Write each route as METHOD /path (ANY is none), and those of a WebSocket API as $connect or a name."
  }

  validation {
    condition = var.protocol != "HTTP" || alltrue([
      for key in keys(var.routes) :
      try(split(" ", key)[1], "") == coalesce(var.route_prefix, "/${var.service_name}") || startswith(try(split(" ", key)[1], ""), "${coalesce(var.route_prefix, "/${var.service_name}")}/")
    ])
    error_message = "Keep each route at route_prefix or below it: other paths are other services'."
  }

  validation {
    condition     = alltrue([for route in values(var.routes) : contains(["JWT", "CUSTOM", "AWS_IAM", "NONE"], route.authorization_type)])
    error_message = "Set authorization_type of each route to JWT, CUSTOM, AWS_IAM or NONE."
  }

  validation {
    condition     = alltrue([for route in values(var.routes) : contains(["JWT", "CUSTOM"], route.authorization_type) == (route.authorizer_id != null)])
    error_message = "Set authorizer_id of each route with JWT or CUSTOM, and of no other."
  }

  validation {
    condition = alltrue([
      for key, route in var.routes :
      route.authorization_type != "NONE" || contains(var.public_routes, key) || (var.protocol == "WEBSOCKET" && key != "$connect")
    ])
    error_message = "Name each route with authorization_type NONE in public_routes too: nothing is public by accident."
  }

  validation {
    condition     = length(setsubtract(var.public_routes, keys(var.routes))) == 0
    error_message = "Name keys of routes only in public_routes."
  }
}

variable "public_routes" {
  description = "Keys of the routes that anyone may call."
  type        = set(string)
  default     = []
}
