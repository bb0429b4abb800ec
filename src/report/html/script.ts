/**
 * What a report does when it is looked at: details of points, sorting, filtering, copying. The page says all without it. Only texts
 * are put into the page, never markup.
 */
export const SCRIPT: string = `"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const element = (name, text, parent) => {
    const node = document.createElement(name);
    if (text !== undefined) node.textContent = text;
    if (parent) parent.append(node);
    return node;
  };

  // Details of points: the cells of a row, under the heads of its table.
  const tip = document.getElementById("tip");
  let shown = null;
  let pinned = null;
  const rowOf = (point) => document.getElementById(point.dataset.row);
  const mark = (point, isOn) => {
    rowOf(point)?.classList.toggle("hit", isOn);
    for (const other of all('.point[data-row="' + point.dataset.row + '"]')) other.classList.toggle("hit", isOn);
  };
  const place = (point) => {
    const box = point.getBoundingClientRect();
    const own = tip.getBoundingClientRect();
    const left = Math.min(Math.max(8, box.left + box.width / 2 - own.width / 2), innerWidth - own.width - 8);
    const above = box.top - own.height - 10;
    tip.style.left = Math.max(8, left) + "px";
    tip.style.top = (above > 8 ? above : box.bottom + 10) + "px";
  };
  const hide = () => {
    if (shown) mark(shown, false);
    shown = null;
    tip.hidden = true;
  };
  const show = (point) => {
    hide();
    const row = rowOf(point);
    if (!row) return;
    shown = point;
    mark(point, true);
    const heads = all("thead th", row.closest("table"));
    const cells = [...row.cells];
    tip.replaceChildren();
    element("b", cells[0].textContent, tip);
    const list = element("dl", undefined, tip);
    for (const [index, cell] of cells.entries()) {
      if (index === 0 || cell.textContent.trim() === "") continue;
      element("dt", heads[index].textContent, list);
      element("dd", cell.textContent, list);
    }
    tip.hidden = false;
    place(point);
  };
  const pin = (point) => {
    const isSame = pinned === point;
    if (pinned) pinned.setAttribute("aria-pressed", "false");
    pinned = isSame ? null : point;
    if (pinned) pinned.setAttribute("aria-pressed", "true");
    show(point);
  };
  const rest = () => (pinned ? show(pinned) : hide());
  addEventListener("scroll", () => shown && place(shown), { passive: true, capture: true });
  addEventListener("resize", () => shown && place(shown));
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (pinned) pinned.setAttribute("aria-pressed", "false");
    pinned = null;
    hide();
  });
  for (const chart of all("svg.plot")) {
    const points = all(".point", chart);
    const visible = () => points.filter((point) => !point.hasAttribute("hidden")).sort((a, b) => a.dataset.order - b.dataset.order);
    const focus = (point) => {
      for (const other of points) other.setAttribute("tabindex", other === point ? "0" : "-1");
      point.focus();
    };
    for (const point of points) {
      point.setAttribute("role", "button");
      point.setAttribute("aria-pressed", "false");
      point.addEventListener("pointerenter", () => show(point));
      point.addEventListener("pointerleave", rest);
      point.addEventListener("focus", () => show(point));
      point.addEventListener("blur", rest);
      point.addEventListener("click", () => pin(point));
      point.addEventListener("keydown", (event) => {
        const list = visible();
        const at = list.indexOf(point);
        const to = { ArrowRight: at + 1, ArrowUp: at + 1, ArrowLeft: at - 1, ArrowDown: at - 1, Home: 0, End: list.length - 1 }[event.key];
        if (event.key === "Enter" || event.key === " ") pin(point);
        else if (to === undefined) return;
        else if (list[to]) focus(list[to]);
        event.preventDefault();
      });
    }
    visible()[0]?.setAttribute("tabindex", "0");
  }

  // Sorting: by data-value where a cell has one, else by its text; empty cells last.
  const keyOf = (cell) => {
    const text = cell.dataset.value ?? cell.textContent.trim();
    const number = Number(text);
    return text === "" ? null : Number.isNaN(number) ? text : number;
  };
  const compare = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0);
  for (const table of all("table[data-sortable]")) {
    const heads = all("thead th", table);
    for (const [column, head] of heads.entries()) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      head.setAttribute("aria-sort", "none");
      button.addEventListener("click", () => {
        const direction = head.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
        for (const other of heads) other.setAttribute("aria-sort", other === head ? direction : "none");
        const sign = direction === "ascending" ? 1 : -1;
        const rows = [...table.tBodies[0].rows].map((row) => ({ row, key: keyOf(row.cells[column]) }));
        rows.sort((a, b) => (a.key === null ? 1 : 0) - (b.key === null ? 1 : 0) || (a.key === null ? 0 : sign * compare(a.key, b.key)));
        table.tBodies[0].append(...rows.map(({ row }) => row));
      });
    }
  }

  // Filtering rows and the points that lead to them.
  const form = document.querySelector(".filters");
  if (form) {
    const selects = all("select", form);
    const count = form.querySelector("output");
    const apply = () => {
      let left = 0;
      for (const row of all("tr[data-run]")) {
        row.hidden = selects.some((select) => select.value !== "" && row.dataset[select.name] !== select.value);
        if (!row.hidden) left++;
      }
      for (const point of all(".point")) {
        point.toggleAttribute("hidden", rowOf(point)?.hidden ?? false);
      }
      for (const chart of all("svg.plot")) {
        const points = all(".point", chart);
        const first = points.filter((point) => !point.hasAttribute("hidden"))[0];
        for (const point of points) point.setAttribute("tabindex", point === first ? "0" : "-1");
      }
      if (pinned?.hasAttribute("hidden")) pinned = null;
      rest();
      count.textContent = left + " shown";
    };
    form.hidden = false;
    form.addEventListener("change", apply);
    form.addEventListener("reset", () => setTimeout(apply));
    apply();
  }

  // A folded text is none on paper.
  addEventListener("beforeprint", () => all("details").forEach((fold) => { fold.open = true; }));

  // Copying what is stored in the page.
  for (const button of all("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const text = document.getElementById(button.dataset.copy).textContent;
      const said = button.textContent;
      try {
        await navigator.clipboard.writeText(text);
        button.textContent = "Copied";
      } catch {
        button.textContent = "Refused by the browser";
      }
      setTimeout(() => { button.textContent = said; }, 2500);
    });
  }
})();
`;
