#!/bin/sh
# The command line of the installed app. To have it on the PATH:
# sudo ln -s /Applications/Latchkey.app/Contents/Resources/bin/latchkey /usr/local/bin/latchkey

self=$0
while [ -L "$self" ]; do
  target=$(readlink "$self")
  case $target in
    /*) self=$target ;;
    *) self=$(dirname "$self")/$target ;;
  esac
done
contents=$(cd "$(dirname "$self")/../.." && pwd -P) || exit 1
exec "$contents/MacOS/Latchkey" "$@"
