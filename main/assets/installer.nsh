; What Latchkey's uninstaller does beyond electron-builder's: it ends the start at login, if that is on.

!macro customUnInstall
  ; An update uninstalls the version before it, too.
  ${ifNot} ${isUpdated}
    DeleteRegValue HKCU "Software\Microsoft\Windows\CurrentVersion\Run" "${APP_ID}"
    DeleteRegValue HKCU "Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run" "${APP_ID}"
  ${endif}
!macroend
