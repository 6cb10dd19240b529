@echo off
rem The command line of the installed app. The app has no console of its own, so it writes to this one.
rem This script waits for the app and passes on its exit code.
"%~dp0..\Latchkey.exe" %*
exit /b %ERRORLEVEL%
