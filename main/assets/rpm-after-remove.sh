#!/bin/bash
# What electron-builder's own script does when a package is removed; but not when it is upgraded, for
# RPM runs the old package's script after the new package is in place.
if [ "$1" -gt 0 ]; then exit 0; fi

if type update-alternatives >/dev/null 2>&1; then
  update-alternatives --remove '${executable}' '/opt/${sanitizedProductName}/${executable}'
else
  rm -f '/usr/bin/${executable}'
fi

profile='/etc/apparmor.d/${executable}'
if [ -f "$profile" ]; then
  # Unloaded first, or it would go on until the next start of the system.
  if apparmor_status --enabled >/dev/null 2>&1; then apparmor_parser --remove "$profile" || true; fi
  rm -f "$profile"
fi
