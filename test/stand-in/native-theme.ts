// Electron's `nativeTheme`: whether the desktop is dark.

import type { NativeTheme } from 'electron'
import { behaviour } from './host.js'

type Used = Pick<
  NativeTheme,
  'shouldUseDarkColors' | 'shouldUseDarkColorsForSystemIntegratedUI' | 'on'
>

export const nativeThemeDouble: Used = {
  shouldUseDarkColors: behaviour.dark,
  // The system's own parts are as dark as its windows here. Nothing changes while a program runs.
  shouldUseDarkColorsForSystemIntegratedUI: behaviour.dark,
  on: () => nativeThemeDouble as NativeTheme,
}
