// A long table, in a cell tagged `filterable`: a field to search in, a choice for each column of few values, and a count.
// Without this script it is a plain table that scrolls.
const ROLES = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TD: "cell" };

// What one types and what is printed differ in signs that look alike: w₅ and w5, − and -, × and *.
function plain(text) {
  return text.normalize("NFKC").toLowerCase().replace(/[−–‐]/g, "-").replace(/[×·⋅∗]/g, "*").replace(/⁄/g, "/");
}

// A number is found from its first digit on: 0.35 finds 0.358 but not 10.358.
function finder(word) {
  const start = /^[\d.]/.test(word) ? "(?<![\\d.])" : "";
  return new RegExp(start + word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
}

function control(label, element) {
  const box = document.createElement("label");
  box.append(label, element);
  return box;
}

function choice(header, cells) {
  const values = new Map();
  for (const cell of cells) values.set(cell.textContent, (values.get(cell.textContent) ?? 0) + 1);
  if (values.size > 12) return null;
  const select = document.createElement("select");
  select.append(new Option("all", ""));
  for (const [value, times] of values) select.append(new Option(`${value} (${times})`, value));
  for (const cell of cells) cell.dataset.value = cell.textContent;
  return { element: control(header, select), allows: (k) => !select.value || cells[k].textContent === select.value };
}

function makeFilterable(table) {
  const rows = [...table.tBodies[0].rows];
  const headers = [...table.tHead.rows[0].cells].map((cell) => cell.textContent);
  const texts = rows.map((row) => plain([...row.cells].map((cell) => cell.textContent).join("\n")));

  // Rows become cards, and a browser may then forget that they were a table.
  for (const element of [table, ...table.querySelectorAll("thead, tbody, tr, td")])
    element.setAttribute("role", ROLES[element.tagName]);
  for (const row of rows) headers.forEach((header, k) => (row.cells[k].dataset.label = header));
  table.classList.add("cards");

  const form = document.createElement("form");
  const search = document.createElement("input");
  const count = document.createElement("output");
  const clear = document.createElement("button");
  const box = document.createElement("div");
  const choices = headers.map((header, k) => choice(header, rows.map((row) => row.cells[k]))).filter(Boolean);
  form.className = "filter";
  form.setAttribute("role", "search");
  search.type = "search";
  search.autocomplete = "off";
  clear.type = "button";
  clear.textContent = "Show all";
  form.append(control("Find in the table", search), ...choices.map((each) => each.element), clear, count);
  const next = table.closest("section").nextElementSibling;
  if (next?.id) form.append(Object.assign(document.createElement("a"), { href: "#" + next.id, textContent: "Skip the rows" }));

  function filter() {
    const words = plain(search.value).split(/\s+/).filter(Boolean).map(finder);
    let shown = 0;
    rows.forEach((row, k) => {
      row.hidden = !(words.every((word) => word.test(texts[k])) && choices.every((each) => each.allows(k)));
      shown += !row.hidden;
    });
    count.textContent = shown === rows.length ? `${shown} rows` : `${shown} of ${rows.length} rows`;
    box.scrollTop = 0;
  }

  function showAll() {
    for (const field of form.querySelectorAll("input, select")) field.value = "";
    filter();
  }

  function showTarget() {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target || !table.contains(target)) return;
    if (target.closest("tr").hidden) showAll();
    target.closest("tr").scrollIntoView({ block: "center" });
  }

  form.addEventListener("input", filter);
  clear.addEventListener("click", showAll);
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", showTarget);
  box.className = "filter-rows";
  box.tabIndex = 0; // the arrow keys scroll it
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", "Rows of the table");
  table.before(form, box);
  box.append(table);
  filter();
  showTarget();
}

for (const table of document.querySelectorAll(".tag_filterable table")) makeFilterable(table);
