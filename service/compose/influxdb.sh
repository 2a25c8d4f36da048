#!/bin/sh
# Runs once, when the database is made, and does nothing a second time: lets InfluxQL read the bucket under its own name,
# and makes a token for each who needs one. The service reads and writes this bucket, Grafana reads it; the token that may
# do everything stays here.
set -eu
secrets=${SECRETS:-/secrets}
bucket=$(influx bucket list --name "$DOCKER_INFLUXDB_INIT_BUCKET" --hide-headers | cut -f1)

influx v1 dbrp list --bucket-id "$bucket" --hide-headers | grep -q . ||
    influx v1 dbrp create --db "$DOCKER_INFLUXDB_INIT_BUCKET" --rp autogen --default --bucket-id "$bucket"

token() { # folder, what for, rights
    [ -s "$secrets/$1/token" ] && return
    umask 027
    influx auth create --org "$DOCKER_INFLUXDB_INIT_ORG" --description "$2" $3 --json |
        sed -n 's/.*"token": *"\([^"]*\)".*/\1/p' | tr -d '\n' >"$secrets/$1/token"
}
token surefoot-token "surefoot: reads and writes one bucket" "--read-bucket $bucket --write-bucket $bucket"
token grafana-token "Grafana: reads one bucket" "--read-bucket $bucket"
