#!/bin/sh
# First process of the guest. Its root is the host's file system; what it writes goes to memory.
mount -t proc proc /proc
mount -t sysfs sysfs /sys
ip link set lo up
mount -t devtmpfs devtmpfs /dev
for folder in /run /tmp /var/lib/bluetooth; do mount -t tmpfs tmpfs "$folder"; done
mkdir /run/dbus
dbus-daemon --system --fork --nopidfile
cd "$FOLDER"
exec "$PYTHON" -m tests.bluez.guest "$PART" "$OUTPUT" >"$OUTPUT/console" 2>&1
