// How large the window is at first: what its usual states take, in pixels of its page.

export const WINDOW_SIZE = { width: 380, height: 620 } as const
