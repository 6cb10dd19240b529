// Electron's `nativeTheme`: whether the desktop is dark.

import type { NativeTheme } from 'electron'
import { behaviour } from './host.js'

type Used = Pick<
  NativeTheme,
  'shouldUseDarkColors' | 'shouldUseDarkColorsForSystemIntegratedUI' | 'on'
>

export const nativeThemeDouble: Used = {
  shouldUseDarkColors: behaviour.dark,
  // Here the system's own parts and its windows have the same theme, which never changes during a run.
  shouldUseDarkColorsForSystemIntegratedUI: behaviour.dark,
  on: () => nativeThemeDouble as NativeTheme,
}
