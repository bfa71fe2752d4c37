// Moves one explorer: reads its controls, shows the frame that belongs to them.
(() => {
  const figure = document.currentScript.closest("figure");
  if (!window.DecompressionStream) return; // the first frame stays, as without JavaScript
  const $ = (selector) => figure.querySelector(selector);
  const img = $("img"), sentence = $(".explorer-sentence"), play = $("[data-play]");
  const controls = [...figure.querySelectorAll("[data-control]")];
  const slider = $("input[type=range]") || controls[0];
  const keys = new Map(controls.map((c) => [c, JSON.parse(c.dataset.keys)]));
  const paper = () => { // what is printed stays behind: the first frame and its sentence
    for (const part of figure.querySelector(".explorer-print") ? [] : [img, sentence]) {
      const first = part.cloneNode(true);
      first.classList.add("explorer-print");
      first.removeAttribute("aria-live");
      part.before(first);
    }
  };
  const place = (c) => (c.type === "range" ? +c.value : c.selectedIndex);
  const move = (c, to) => {
    const k = Math.max(0, Math.min(keys.get(c).length - 1, to));
    c.type === "range" ? (c.value = k) : (c.selectedIndex = k);
  };

  let content; // lines, pictures and frames: unpacked when the reader first comes near
  const unpack = async () => {
    const packed = atob(JSON.parse($("script[type='application/json']").textContent));
    const bytes = Uint8Array.from(packed, (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    content = JSON.parse(await new Response(stream).text());
  };
  let unpacking;
  const near = () => (unpacking ??= unpack());
  const put = (src, text) => {
    paper();
    img.src = src;
    img.alt = text;
    if (sentence.textContent !== text) sentence.textContent = text;
  };

  const show = () => {
    let index = 0;
    const state = [];
    for (const c of controls) {
      const k = place(c);
      index += k * c.dataset.stride;
      state.push(c.dataset.control + "=" + encodeURIComponent(keys.get(c)[k]));
      if (c.type !== "range") continue;
      const text = JSON.parse(c.dataset.texts)[k];
      c.setAttribute("aria-valuetext", text);
      c.nextElementSibling.textContent = text;
    }
    $(".explorer-link").setAttribute("href", `#${figure.id}:${state.join(",")}`);
    if (!content) return near().then(show);
    const [picture, text] = content.frames[index];
    const svg = content.pictures[picture].map((k) => content.lines[k]).join("\n");
    put("data:image/svg+xml," + encodeURIComponent(svg), text);
    figure.dataset.frame = index;
  };

  let timer;
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const stop = () => {
    timer = clearInterval(timer);
    play.textContent = still.matches ? "Next" : "Play";
    sentence.setAttribute("aria-live", "polite");
  };
  const step = () => {
    move(slider, place(slider) + 1);
    if (place(slider) === keys.get(slider).length - 1) stop();
    show();
  };
  const start = () => {
    if (timer) return stop();
    if (place(slider) === keys.get(slider).length - 1) move(slider, -1), show();
    else step();
    if (still.matches || place(slider) === keys.get(slider).length - 1) return;
    timer = setInterval(step, +$("[data-pace]").value);
    play.textContent = "Pause";
    sentence.setAttribute("aria-live", "off"); // a screen reader could not keep up
  };

  for (const c of controls) c.addEventListener("input", () => (stop(), show()));
  play.addEventListener("click", start);
  $("[data-pace]").addEventListener("change", () => timer && (stop(), start()));
  for (const button of figure.querySelectorAll("[data-move]"))
    button.addEventListener("click", () => {
      stop();
      move(slider, place(slider) + +button.dataset.move);
      show();
    });
  slider.addEventListener("keydown", (event) => {
    if (event.key !== " " || slider.type !== "range") return;
    event.preventDefault();
    start();
  });
  still.addEventListener("change", stop);
  const view = $(".explorer-view"); // on a phone it scrolls, and must be reached by keyboard too
  const reachable = { tabindex: 0, role: "group", "aria-label": "Wide figure" };
  new ResizeObserver(() => {
    for (const [name, value] of Object.entries(reachable))
      view.scrollWidth > view.clientWidth ? view.setAttribute(name, value) : view.removeAttribute(name);
  }).observe(view);

  const restore = () => {
    const [id, state] = location.hash.slice(1).split(":");
    if (id !== figure.id || !state) return;
    for (const [name, key] of new URLSearchParams(state.replaceAll(",", "&"))) {
      const c = controls.find((c) => c.dataset.control === name);
      if (c && keys.get(c).includes(key)) move(c, keys.get(c).indexOf(key));
    }
    stop();
    show();
    figure.scrollIntoView({ block: "nearest" });
  };
  addEventListener("hashchange", restore);
  for (const event of ["pointerenter", "focusin", "touchstart"])
    figure.addEventListener(event, near, { once: true, passive: true });
  $(".explorer-controls").hidden = false;
  $(".explorer-still").hidden = true;
  stop();
  restore();
})();
