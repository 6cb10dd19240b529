// Electron's `nativeTheme`: whether the desktop is dark.

import type { NativeTheme } from 'electron'
import { behaviour } from './host.js'

export const nativeThemeDouble = {
  shouldUseDarkColors: behaviour.dark,
} satisfies Pick<NativeTheme, 'shouldUseDarkColors'>
