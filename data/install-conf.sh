#!/bin/sh
# Puts the sample where the module looks for the system's configuration, unless there is one already.
# Usage: install-conf.sh <sample> <configuration file>; meson sets DESTDIR.
set -e
target="${DESTDIR:-}$2"
[ -e "$target" ] || [ -L "$target" ] || install -D -m 0644 "$1" "$target"
