"""The `surefoot` command line."""
