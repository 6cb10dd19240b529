#!/bin/bash
# Like electron-builder's own script, but runs only if the package is removed, not if it is upgraded.
# RPM runs the old package's script after the new package is in place, and passes the number of
# packages that remain. dpkg passes the name of the action.
case ${1-0} in 0 | remove | purge) ;; *) exit 0 ;; esac

profile='/etc/apparmor.d/${executable}'
if [ -f "$profile" ]; then
  # Unload the profile first. Otherwise it stays in effect until the next restart of the system.
  if apparmor_status --enabled >/dev/null 2>&1; then apparmor_parser --remove "$profile" || true; fi
  rm -f "$profile"
fi
exit 0
