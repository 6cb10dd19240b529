@echo off
rem The command line of the installed app. The app has no console of its own: it writes to this one,
rem and this script waits for it and passes its exit code on.
"%~dp0..\Latchkey.exe" %*
exit /b %ERRORLEVEL%
