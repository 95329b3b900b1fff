output "platform" {
  description = "What the platform is reached by and watched with."
  value       = module.platform
}
