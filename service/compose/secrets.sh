#!/bin/sh
# Makes every secret once, each in the folder of the only container that reads it; later starts change nothing.
# People read the passwords of the wall, of Grafana, of the broker's `viewer` and of InfluxDB with:
#   docker compose run --rm --entrypoint cat secrets /secrets/people/passwords
set -eu
umask 077
secrets=${SECRETS:-/secrets}
acl=${ACL:-/acl}
own() { # owner and group, files; the broker takes files of its own user and group alone
    owner=$1
    shift
    if [ "$(id -u)" = 0 ]; then chown "$owner" "$@"; fi
}
mkdir -p "$secrets/mosquitto" "$secrets/surefoot-token" "$secrets/grafana-token"
cp "$acl" "$secrets/mosquitto/acl" # at each start: who may do what comes with the version
own 1883:1883 "$secrets/mosquitto" "$secrets/mosquitto/acl"
if [ "$(id -u)" = 0 ]; then # InfluxDB (user 1000) writes its tokens there
    chown 1000:1000 "$secrets/surefoot-token"
    chown 1000:0 "$secrets/grafana-token" # Grafana is of group 0
    chmod 2750 "$secrets/grafana-token"
fi
[ -e "$secrets/people/passwords" ] && exit 0

random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
put() { # folder, file, text, owner and group
    mkdir -p "$secrets/$1"
    printf '%s' "$3" >"$secrets/$1/$2"
    own "$4" "$secrets/$1" "$secrets/$1/$2"
}

token=$(random) influxdb=$(random) grafana=$(random) service=$(random) viewer=$(random) wall=$(random)
put influxdb token "$token" 1000:1000
put influxdb password "$influxdb" 1000:1000
put grafana password "$grafana" 472:0
put surefoot mqtt-password "$service" 1000:1000
put wall password "$wall" 1000:1000
put mosquitto password "$service" 1883:1883
printf 'surefoot:%s\nviewer:%s\n' "$service" "$viewer" >"$secrets/mosquitto/passwords"
mosquitto_passwd -U "$secrets/mosquitto/passwords" # while it is still ours, as it asks for
own 1883:1883 "$secrets/mosquitto/passwords"
mkdir -p "$secrets/people"
printf 'Wall     owner     %s\nGrafana  admin     %s\nMQTT     viewer    %s\nInfluxDB surefoot  %s\n' "$wall" "$grafana" "$viewer" "$influxdb" \
    >"$secrets/people/passwords"
