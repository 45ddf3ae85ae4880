#!/bin/sh
# check.sh SOURCE LANGUAGE: is every message of the sources translated, and does its format fit?
set -eu
cd "$1"
pot=$(mktemp)
trap 'rm -f "$pot"' EXIT
xgettext --from-code=UTF-8 --keyword=_ --keyword=N_ --keyword=ngettext:1,2 --files-from=po/POTFILES.in --output="$pot"
msgfmt --check-format --check-domain --output=/dev/null "po/$2.po"
msgcmp "po/$2.po" "$pot"
