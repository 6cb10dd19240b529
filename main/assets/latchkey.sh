#!/bin/sh
# /usr/bin/latchkey: starts the tray app, or one of the commands, which need no desktop.

app=/opt/Latchkey/latchkey
script=/opt/Latchkey/resources/bin/latchkey-token

# 1. Find the command: the first word that is neither a flag nor the value of one. `plain` is empty if
# something is not for the script of step 2. `has_key` does not contain the key, because a variable that the
# caller exports under this name reaches the app.
command='' has_key=${LATCHKEY_KEY_FILE:+1}${LATCHKEY_KEY:+1} plain=1 is_value=''
for arg in "$@"; do
  if [ -n "$is_value" ]; then
    is_value=
    continue
  fi
  case $arg in
    --key-file) has_key=1 is_value=1 ;;
    --key-file=*) has_key=1 ;;
    --account | --scope | --audience | --min-validity | --data-dir) is_value=1 ;;
    --account=* | --scope=* | --audience=* | --min-validity=* | --data-dir=* | --id-token) ;;
    --provider | --issuer | --client-id | --client-secret-file | --prompt | --max-age) is_value=1 plain= ;;
    --authorization-parameter | --allowed-parameters | --port | --redirect-port) is_value=1 plain= ;;
    --redirect-host | --redirect-path | --sign-in-timeout | --login-timeout) is_value=1 plain= ;;
    --consent | --allow | --client-version | --git-host | --log-level) is_value=1 plain= ;;
    --help | --version | -h | -V) command=${command:-$arg} plain= ;;
    -?*) plain= ;;
    *)
      case $command in
        '' | -*) command=$arg ;;
        *) plain= ;;
      esac
      ;;
  esac
done

# 2. With a key, a token needs no start of the app, unless the script can't get it.
if [ -n "$plain" ] && [ -n "$has_key" ] && [ "${1-}" = token ] && [ -x "$script" ]; then
  shift
  LATCHKEY_UNABLE=100 "$script" "$@"
  code=$?
  [ "$code" -eq 100 ] || exit "$code"
  set -- token "$@"
fi

# 3. Start the app, for a command without a screen. If the first argument looks like a command but is none, the app
# says so. A path or a link, which the system may add, does not look like one.
mistyped=${1-}
case $mistyped in -* | *[!A-Za-z-]*) mistyped='' ;; esac
case $command in
  token | status | sign-in | sign-out | accounts | use | events | apps | key) ;;
  git-credential | kubectl-credential | diagnose | headless | uninstall-data) ;;
  help | version | --help | --version | -h | -V) ;;
  *)
    if [ -z "$mistyped" ]; then
      if [ -z "${DISPLAY-}${WAYLAND_DISPLAY-}" ]; then
        echo 'latchkey: The tray app needs a desktop, and this session has none. Without one, run: latchkey headless' >&2
        exit 1
      fi
      exec "$app" "$@"
    fi
    ;;
esac
# Chromium has no sandbox for root. A command opens no page, so it needs no sandbox.
if [ "$(id -u)" -eq 0 ]; then set -- --no-sandbox "$@"; fi
exec "$app" --ozone-platform=headless --disable-gpu "$@"
