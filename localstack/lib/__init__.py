"""The parts of `localstack/cloud`. Only `seed` needs packages, so it runs in the tools environment."""
