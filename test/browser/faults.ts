/// <reference lib="dom" />

/** Runs inside a page: what assistive technology would stumble over. */
export function structureFaults(): string[] {
  const faults: string[] = [];
  const all = (selector: string): Element[] => [...document.querySelectorAll(selector)];
  if (!document.documentElement.lang) faults.push("no language");
  if (all("main").length !== 1) faults.push("not one main part");
  if (all("h1").length !== 1) faults.push("not one first heading");
  const ids = all("[id]").map(({ id }) => id);
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) faults.push(`id twice: ${id}`);
  for (const control of all("button, select, a, [role=button]")) {
    const name =
      control.getAttribute("aria-label") ??
      control.closest("label")?.textContent ??
      control.textContent;
    if (!name?.trim()) faults.push(`no name: ${control.outerHTML.slice(0, 80)}`);
  }
  for (const child of all("ul > *, ol > *")) {
    if (child.localName !== "li") faults.push(`in a list: ${child.localName}`);
  }
  for (const child of all("dl > *, dl > div > *")) {
    if (!["div", "dt", "dd"].includes(child.localName)) faults.push(`in a dl: ${child.localName}`);
  }
  for (const picture of all("[role=img]")) {
    if (picture.querySelector("[tabindex], button, a")) faults.push("a control inside a picture");
  }
  for (const box of all(".scroll")) {
    const isNamed = box.getAttribute("role") === "region" && box.hasAttribute("aria-label");
    if (!isNamed || (box as HTMLElement).tabIndex !== 0)
      faults.push("a box that keys cannot scroll");
  }
  return faults;
}

/** Runs inside a page: texts whose contrast to what is behind them is below 4.5 (WCAG 2.2, 1.4.3; 3 for large ones). */
export function contrastFaults(): string[] {
  const channels = (color: string): number[] =>
    (color.match(/[\d.]+/g) ?? []).map(Number).slice(0, 4);
  const luminance = (color: string): number => {
    const [r, g, b] = channels(color).map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    }) as [number, number, number];
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element: Element | null): string => {
    if (!element) return "rgb(255, 255, 255)";
    const color = getComputedStyle(element).backgroundColor;
    return channels(color)[3] === 0 ? behind(element.parentElement) : color;
  };
  const faults: string[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement!;
    if (!walker.currentNode.textContent?.trim() || element.closest("script, title")) continue;
    if (!element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const ink = element.closest("svg") ? style.fill : style.color;
    const [a, b] = [luminance(ink), luminance(behind(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = Number.parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (contrast < (isLarge ? 3 : 4.5)) {
      faults.push(`${contrast.toFixed(2)}: ${walker.currentNode.textContent.trim().slice(0, 40)}`);
    }
  }
  return faults;
}
