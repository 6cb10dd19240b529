#!/bin/bash
# What electron-builder's own script does when a package is removed; but not when it is upgraded: RPM
# runs the old package's script after the new package is in place, and says how many are left; dpkg
# says what it does.
case ${1-0} in 0 | remove | purge) ;; *) exit 0 ;; esac

profile='/etc/apparmor.d/${executable}'
if [ -f "$profile" ]; then
  # Unloaded first, or it would go on until the next start of the system.
  if apparmor_status --enabled >/dev/null 2>&1; then apparmor_parser --remove "$profile" || true; fi
  rm -f "$profile"
fi
exit 0
