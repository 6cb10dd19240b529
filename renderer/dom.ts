// Finds, makes and changes elements of the page.

export function element(selector: string): HTMLElement {
  return findElement(HTMLElement, selector)
}

export function findElement<Kind extends Element>(kind: new () => Kind, selector: string): Kind {
  const found = document.querySelector(selector)
  if (!(found instanceof kind)) throw new Error(`index.html has no ${selector}, or another kind`)
  return found
}

export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Partial<HTMLElementTagNameMap[Tag]> = {},
  children: readonly (Node | string)[] = [],
): HTMLElementTagNameMap[Tag] {
  const made = Object.assign(document.createElement(tag), properties)
  made.append(...children)
  return made
}

/** A text in which everything between backticks is code. */
export function withCode(text: string): (Node | string)[] {
  return text.split('`').map((part, index) => (index % 2 === 0 ? part : make('code', {}, [part])))
}

/** Sets a text, unless it is already there: then nothing is laid out or announced again. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text
}

/** Like {@link setText}, for showing and hiding. */
export function setHidden(target: HTMLElement, isHidden: boolean): void {
  if (target.hidden !== isHidden) target.hidden = isHidden
}

/** Like {@link setText}, for an attribute. */
export function setAttribute(target: Element, name: string, value: string): void {
  if (target.getAttribute(name) !== value) target.setAttribute(name, value)
}

/** Shows a text; without one, hides the element. */
export function showText(target: HTMLElement, text: string | null): void {
  setText(target, text ?? '')
  target.hidden = text === null || text === ''
}

/** Makes these the children of an element. Children that are already there keep their focus. */
export function setChildren(parent: Element, children: readonly Element[]): void {
  const gone = [...parent.children].filter((child) => !children.includes(child))
  for (const child of gone) child.remove()
  for (const [index, child] of children.entries()) {
    const there = parent.children[index]
    if (there !== child) parent.insertBefore(child, there ?? null)
  }
}
