// The initial size of the window's page, in pixels: enough for its usual states.

export const WINDOW_SIZE = { width: 380, height: 620 } as const
