// Boxes that scroll must be reachable by keyboard. The theme sees to code and outputs; this sees to formulas, tables and figures; an explorer sees to itself.
const SCROLLABLE = ".bd-article :is(mjx-container[display=true], .output.text_html, .pst-scrollable-table-container, .tag_wide-figure figure)";

function markScrollable() {
  for (const box of document.querySelectorAll(SCROLLABLE)) {
    if (box.scrollWidth > box.clientWidth) {
      box.tabIndex = 0;
      box.setAttribute("role", "group");
      const kind = box.matches("figure") ? "figure" : box.querySelector("table") ? "table" : "formula";
      box.setAttribute("aria-label", `Wide ${kind}`);
    } else {
      box.removeAttribute("tabindex");
      box.removeAttribute("role");
      box.removeAttribute("aria-label");
    }
  }
}

addEventListener("load", async () => {
  if (window.MathJax) await MathJax.startup.promise;
  const watch = new ResizeObserver(markScrollable);
  for (const box of document.querySelectorAll(SCROLLABLE)) watch.observe(box);
  document.addEventListener("toggle", markScrollable, true); // a folded box has no width until it opens
});
