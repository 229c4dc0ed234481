#!/bin/sh
# nightly_backup.sh FOLDER [DAYS]: a backup into FOLDER, named by the minute; once it is there, those older than DAYS go.
set -eu
folder=$1 days=${2:-14}
tutor backup "$folder/tutor-$(date +%F-%H%M).tar"
find "$folder" -maxdepth 1 -type f -name 'tutor-????-??-??-????.tar' -mtime "+$days" -delete
