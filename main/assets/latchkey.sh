#!/bin/sh
# /usr/bin/latchkey: starts the tray app, or one of the commands, which need no desktop.

app=/opt/Latchkey/latchkey

# With a key, a token needs no start of the app.
if [ "${1-}" = token ]; then
  key=${LATCHKEY_KEY_FILE-}${LATCHKEY_KEY-}
  plain=1
  for arg in "$@"; do
    case $arg in
      --key-file | --key-file=*) key=1 ;;
      --json | --help | -h) plain= ;;
    esac
  done
  script=/opt/Latchkey/resources/bin/latchkey-token
  if [ -n "$key" ] && [ -n "$plain" ] && [ -x "$script" ]; then
    shift
    exec "$script" "$@"
  fi
fi

command=
case ${1-} in
  help | version | diagnose | headless | uninstall-data) command=$1 ;;
  token | status | sign-in | sign-out | accounts | use | events | apps | key) command=$1 ;;
  git-credential | kubectl-credential) command=$1 ;;
esac
for arg in "$@"; do
  case $arg in --help | --version | -h | -V) command=$arg ;; esac
done

if [ -n "$command" ]; then
  # Chromium has no sandbox for root. A command opens no page, so it needs no sandbox.
  if [ "$(id -u)" -eq 0 ]; then set -- --no-sandbox "$@"; fi
  exec "$app" --ozone-platform=headless --disable-gpu "$@"
fi

if [ -z "${DISPLAY-}${WAYLAND_DISPLAY-}" ]; then
  echo 'latchkey: The tray app needs a desktop, and there is none here. Without one, run: latchkey headless' >&2
  exit 1
fi
exec "$app" "$@"
