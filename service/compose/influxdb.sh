#!/bin/sh
# Runs once, when the database is made: lets InfluxQL read the bucket under its own name.
set -eu
influx v1 dbrp create --db "$DOCKER_INFLUXDB_INIT_BUCKET" --rp autogen --default --bucket-id "$DOCKER_INFLUXDB_INIT_BUCKET_ID"
