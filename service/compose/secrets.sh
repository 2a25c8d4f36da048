#!/bin/sh
# Makes every secret once, each in the folder of the only container that reads it; later starts change nothing.
# People read the passwords of the wall, of Grafana, of the broker's `viewer` and of InfluxDB with:
#   docker compose run --rm --entrypoint cat secrets /secrets/people/passwords
set -eu
umask 077
secrets=${SECRETS:-/secrets}
mkdir -p "$secrets/surefoot-token" "$secrets/grafana-token" # InfluxDB (user 1000) writes its tokens there
if [ "$(id -u)" = 0 ]; then
    chown 1000:1000 "$secrets/surefoot-token"
    chown 1000:0 "$secrets/grafana-token" # Grafana is of group 0
    chmod 2750 "$secrets/grafana-token"
fi
[ -e "$secrets/people/passwords" ] && exit 0

random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
put() { # folder, file, text, owner
    mkdir -p "$secrets/$1"
    printf '%s' "$3" >"$secrets/$1/$2"
    if [ "$(id -u)" = 0 ]; then chown "$4" "$secrets/$1" "$secrets/$1/$2"; fi
}

token=$(random) influxdb=$(random) grafana=$(random) service=$(random) viewer=$(random) wall=$(random)
put influxdb token "$token" 1000
put influxdb password "$influxdb" 1000
put grafana password "$grafana" 472
put surefoot mqtt-password "$service" 1000
put wall password "$wall" 1000
put mosquitto password "$service" 1883
put mosquitto passwords "$(printf 'surefoot:%s\nviewer:%s\n' "$service" "$viewer")
" 1883
mosquitto_passwd -U "$secrets/mosquitto/passwords"
if [ "$(id -u)" = 0 ]; then chown 1883 "$secrets/mosquitto/passwords"; fi
mkdir -p "$secrets/people"
printf 'Wall     -         %s\nGrafana  admin     %s\nMQTT     viewer    %s\nInfluxDB surefoot  %s\n' "$wall" "$grafana" "$viewer" "$influxdb" \
    >"$secrets/people/passwords"
