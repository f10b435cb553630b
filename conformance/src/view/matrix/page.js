"use strict";
// The page is complete without this: it filters, opens evidence over the table, and copies commands.
(() => {
  const form = document.getElementById("filter");
  const dialog = document.getElementById("dialog");
  const tables = [...document.querySelectorAll("table[data-filtered]")];

  // Which rows and columns are shown.

  const wanted = (row, choice) => {
    const chapter = row.dataset.chapter ?? row.parentElement.dataset.chapter;
    const text = row.dataset.text.toLowerCase();
    if (choice.chapter && chapter !== choice.chapter) return false;
    if (!choice.words.every((word) => text.includes(word))) return false;
    const cells = [...row.cells].slice(1).filter((_, index) => choice.columns[index]);
    if (choice.differences) {
      const values = new Set(cells.map((cell) => cell.dataset.value).filter(Boolean));
      if (values.size < 2) return false;
    }
    if (!choice.verdict) return true;
    const keys = choice.verdict === "broken" ? ["fail", "error", "unmet", "known"] : [choice.verdict];
    return cells.some((cell) => keys.includes(cell.dataset.key));
  };

  const count = (number, one) => `${number} ${one}${number === 1 ? "" : "s"}`;

  const filter = () => {
    const choice = {
      words: form.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean),
      verdict: form.elements.verdict.value,
      chapter: form.elements.chapter.value,
      differences: form.elements.differences.checked,
      columns: [...form.querySelectorAll("[name=column]")].map((box) => box.checked),
    };
    const shown = {};
    for (const table of tables) {
      const kind = table.dataset.filtered;
      shown[kind] = 0;
      for (const row of table.rows) {
        if (!row.classList.contains("chapter")) {
          choice.columns.forEach((on, index) => { row.cells[index + 1].hidden = !on; });
        }
        if (row.dataset.text === undefined) continue;
        row.hidden = !wanted(row, choice);
        shown[kind] += row.hidden ? 0 : 1;
      }
      for (const body of table.tBodies) {
        body.hidden = ![...body.rows].some((row) => row.dataset.text !== undefined && !row.hidden);
      }
    }
    for (const part of document.querySelectorAll("[data-column]")) {
      part.hidden = !choice.columns[part.dataset.column];
    }
    const columns = choice.columns.filter(Boolean).length;
    const questions = shown.questions === undefined ? [] : [count(shown.questions, "question")];
    const parts = [count(shown.rules, "rule"), ...questions];
    form.querySelector("output").value =
      `Shown: ${parts.join(" and ")} of ${count(columns, "implementation")}.`;
  };

  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  // The form has its new values only after the event.
  form.addEventListener("reset", () => setTimeout(filter));
  form.addEventListener("click", (event) => {
    const all = event.target.dataset.check;
    if (!all) return;
    for (const box of form.querySelectorAll("[name=column]")) box.checked = all === "all";
    filter();
  });

  // Evidence, over the table.

  const open = (link) => {
    const source = document.getElementById(link.hash.slice(1));
    if (!source) return false;
    const copy = source.cloneNode(true);
    copy.hidden = false;
    copy.removeAttribute("id");
    for (const part of copy.querySelectorAll("[id]")) part.removeAttribute("id");
    const heading = copy.querySelector("h3");
    const row = link.closest("tr");
    const title = heading ? heading.textContent : row.cells[0].querySelector("a").textContent;
    heading?.remove();
    document.getElementById("dialog-title").textContent = title;
    const body = document.getElementById("dialog-body");
    body.replaceChildren(...(copy.tagName === "LI" ? copy.childNodes : [copy]));
    dialog.showModal();
    dialog.scrollTop = 0;
    return true;
  };

  const copy = async (button) => {
    const code = button.parentElement.querySelector("code");
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
    } catch {
      // Where the clipboard is out of reach, the command is at least selected.
      getSelection().selectAllChildren(code);
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  };

  document.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
    const button = event.target.closest("[data-copy]");
    if (button) copy(button);
    const link = event.target.closest("a[data-open]");
    const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (link && plain && open(link)) event.preventDefault();
  });
  document.getElementById("dialog-close").addEventListener("click", () => dialog.close());

  // Arrow keys, from verdict to verdict.

  const linkIn = (cell) => (cell.hidden ? null : cell.querySelector("a"));

  const towards = (cell, key) => {
    const row = cell.parentElement;
    if (key === "ArrowLeft" || key === "ArrowRight") {
      const side = key === "ArrowLeft" ? "previousElementSibling" : "nextElementSibling";
      let next = cell[side];
      while (next && !linkIn(next)) next = next[side];
      return next;
    }
    const rows = [...row.closest("table").rows].filter((other) => other.offsetParent !== null);
    const step = key === "ArrowUp" ? -1 : 1;
    for (let at = rows.indexOf(row) + step; at > 0 && at < rows.length; at += step) {
      const next = rows[at].cells[cell.cellIndex];
      if (next && linkIn(next)) return next;
    }
    return null;
  };

  document.addEventListener("keydown", (event) => {
    const arrows = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"];
    const cell = event.target.closest?.(".grid th, .grid td");
    if (!cell || !event.target.matches("a") || !arrows.includes(event.key)) return;
    const next = towards(cell, event.key);
    if (!next) return;
    event.preventDefault();
    linkIn(next).focus();
  });

  form.hidden = false;
  for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
  // A browser may have kept what was typed before the page was loaded again.
  filter();
})();
