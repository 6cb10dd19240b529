#!/bin/bash
# Like electron-builder's own script, but without /usr/bin/latchkey, which is a file of the package.

# If the kernel has no user namespaces, Chromium's sandbox needs this helper.
if { [ -L /proc/self/ns/user ] && unshare --user true; } 2>/dev/null; then
  chmod 0755 '/opt/${sanitizedProductName}/chrome-sandbox' || true
else
  chmod 4755 '/opt/${sanitizedProductName}/chrome-sandbox' || true
fi

if type update-mime-database >/dev/null 2>&1; then update-mime-database /usr/share/mime || true; fi
if type update-desktop-database >/dev/null 2>&1; then
  update-desktop-database /usr/share/applications || true
fi

# Ubuntu 23.10 and later allow user namespaces only to programs with a profile. An older AppArmor
# cannot parse this profile and does not need it.
if apparmor_status --enabled >/dev/null 2>&1; then
  source='/opt/${sanitizedProductName}/resources/apparmor-profile'
  profile='/etc/apparmor.d/${executable}'
  if apparmor_parser --skip-kernel-load --debug "$source" >/dev/null 2>&1; then
    cp -f "$source" "$profile"
    # Don't load the profile while a system image is built in a chroot.
    if ! { [ -x /usr/bin/ischroot ] && /usr/bin/ischroot; }; then
      apparmor_parser --replace --write-cache --skip-read-cache "$profile"
    fi
  fi
fi
exit 0
