"""The composition root: everything that touches the world, and the `surefoot` command line."""

VERSION = "0.1.0"
