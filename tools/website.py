"""A Sphinx extension: what the pages tell the world about themselves, and where they can be run.

All of it follows from pyproject.toml (address, version), CITATION.cff and the last commit, so that
nothing is written twice. Pages name their own address, but ask nothing of it.
"""

import subprocess
import textwrap
import tomllib
from html import escape
from pathlib import Path
from urllib.parse import quote

import notebooks
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective
from sphinx.util.logging import getLogger

ROOT = Path(__file__).resolve().parent.parent
LOG = getLogger(__name__)
BRANCH = "main"
CARD = "_static/card.png"  # the picture that goes with a link to a page where it is shared


def project() -> dict:
    """The table [project] of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def repository() -> str:
    """The address of the repository, which is written in pyproject.toml only."""
    return project()["urls"]["Repository"]


def site() -> str:
    """The address at which GitHub Pages shows the book of that repository."""
    owner, name = repository().split("/")[-2:]
    return f"https://{owner}.github.io/{name}/"


def binder(path: str) -> str:
    """The address at which Binder opens a file or folder of the repository in JupyterLab."""
    owner, name = repository().split("/")[-2:]
    return f"https://mybinder.org/v2/gh/{owner}/{name}/{BRANCH}?urlpath=lab/tree/{quote(path)}"


def day_of_last_commit(root: Path = ROOT) -> str:
    """The day as 2026-01-31, or nothing where there is no history."""
    command = ["git", "log", "-1", "--format=%cs"]
    try:
        return subprocess.check_output(
            command, cwd=root, text=True, stderr=subprocess.DEVNULL
        ).strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def configure(app: Sphinx, config: Config) -> None:
    """Tell Sphinx where the book lives and which edition it is."""
    config.version = config.release = project()["version"]
    config.html_baseurl = site()
    edition = ", ".join(filter(None, [f"Version {config.version}", day_of_last_commit()]))
    config.html_theme_options["extra_footer"] += f"<p>{edition}.</p>"


def repository_link(name: str, raw: str, text: str, *_: object) -> tuple[list, list]:
    """The role `{repository}`: its text, as a link to the repository."""
    return [nodes.reference(raw, text, refuri=repository())], []


class Borrowed(nodes.General, nodes.Element):
    """The place of an explorer that stands on another page."""


class BorrowExplorer(SphinxDirective):
    """The directive `{explorer} page name`: that page's explorer of this name is shown here too."""

    required_arguments = 2

    def run(self) -> list[nodes.Node]:
        """Mark the place; the other page may not have been read yet."""
        page, name = self.arguments
        page = f"{Path(self.env.docname).parent}/{page}"
        self.env.note_dependency(str(self.env.doc2path(page)))
        return [Borrowed(page=page, name=name)]


class LendExplorers(SphinxPostTransform):
    """Put a copy of the output that holds the explorer into each such place."""

    default_priority = 1  # before MyST-NB chooses among the forms of an output

    def run(self, **_: object) -> None:
        """Fill the places; an explorer that is not there is a warning, like a broken link."""
        for place in list(self.document.findall(Borrowed)):
            mark = f'data-explorer="{place["name"]}"'
            known = place["page"] in self.env.found_docs
            lender = self.env.get_doctree(place["page"]) if known else nodes.container()
            outputs = [
                output
                for output in lender.findall(nodes.container)
                if output.get("nb_element") == "cell_code_output" and mark in output.astext()
            ]
            if not outputs:
                LOG.warning("%s has no explorer named %s", place["page"], place["name"])
            place.replace_self([output.deepcopy() for output in outputs[:1]])


# -- every page ------------------------------------------------------------------------------------


def offer_binder(app: Sphinx, page: str, template: str, context: dict, doctree: object) -> None:
    """Put a button on every page: it opens the notebook, or from a page of text its folder."""
    if page not in app.env.found_docs:
        return
    source = Path(app.env.doc2path(page, base=False))
    path = source if source.suffix == ".ipynb" else source.parent
    button = {
        "type": "link",
        "text": "Binder",
        "tooltip": "Run this page on Binder",
        "icon": "_static/images/logo_binder.svg",
        "url": binder(path.as_posix()),
    }
    group = {"type": "group", "tooltip": "Run", "icon": "fas fa-rocket", "buttons": [button]}
    context["header_buttons"].append({**group, "label": "launch-buttons"})


def opening(document: nodes.document | None) -> str:
    """The first paragraph of a page, as far as a search engine shows it."""
    for paragraph in document.findall(nodes.paragraph) if document else ():
        if isinstance(paragraph.parent, nodes.section) and not list(paragraph.findall(nodes.math)):
            text = " ".join(paragraph.astext().split())
            return textwrap.shorten(text, 200, placeholder=" …")
    return ""


def describe(
    app: Sphinx, page: str, template: str, context: dict, doctree: nodes.document | None
) -> None:
    """Tell search engines, and whoever shows a link to the page, what it is about."""
    if page in app.env.found_docs:
        title, address = app.env.titles[page].astext(), site() + app.builder.get_target_uri(page)
        tags = metadata(title, opening(doctree) or project()["description"], address)
        context["metatags"] = context.get("metatags", "") + tags


def metadata(title: str, description: str, address: str) -> str:
    """The description of a page in the words of HTML and of Open Graph."""
    facts = {
        "og:type": "article",
        "og:title": title,
        "og:description": description,
        "og:url": address,
        "og:image": f"{site()}{CARD}",
        "og:image:alt": "A network with the numbers of its forward and its backward pass",
    }
    tags = [f'<meta property="{name}" content="{escape(text)}">' for name, text in facts.items()]
    tags += [
        f'<meta name="description" content="{escape(description)}">',
        '<meta name="twitter:card" content="summary_large_image">',
    ]
    return "".join(f"\n{tag}" for tag in tags)


# -- the files beside the pages --------------------------------------------------------------------


def write_files(app: Sphinx, exception: Exception | None) -> None:
    """Write the map of the site, the page for wrong addresses, the one that leads to the first."""
    if exception or app.builder.name != "html":
        return
    out, uri = Path(app.outdir), app.builder.get_target_uri
    root, book = app.config.root_doc, app.config.html_title
    names = [path.relative_to(ROOT).with_suffix("").as_posix() for path in notebooks.pages()]
    pages = [(app.env.titles[name].astext(), site() + uri(name)) for name in names]
    draw_card(out / CARD)
    texts = {
        "sitemap.xml": {"addresses": [address for _, address in pages]},
        "404.html": {"pages": pages, "site": site()},
        "index.html": {
            "first": uri(root),
            "tags": metadata(book, opening(app.env.get_doctree(root)), site()),
        },
    }
    for name, context in texts.items():
        template = {"index.html": "first.html"}.get(name, name)
        text = app.builder.templates.render(template, {"book": book, **context})
        (out / name).write_text(text, encoding="utf-8")


def draw_card(path: Path) -> None:
    """Draw the network of the worked example beside the title of the book, 1200 by 630 pixels."""
    from matplotlib.figure import Figure

    import backprop_lib as bp  # here: a build that writes no pages needs no figures
    from backprop_lib import plots

    net = bp.Network(sizes=(2, 2, 2), activations=(bp.sigmoid, bp.sigmoid))
    W = [[[0.15, 0.25], [0.20, 0.30]], [[0.40, 0.50], [0.45, 0.55]]]
    theta = net.pack(W=W, b=[[0.35, 0.35], [0.60, 0.60]])
    trace = net.forward(theta, [[0.05, 0.10]])
    wrong = bp.half_squared_error.gradient(trace.a[-1], [[0.01, 0.99]])
    with plots.style.context():
        figure = Figure(figsize=(12, 6.3), dpi=100)
        axes = figure.add_axes((0.32, 0.02, 0.67, 0.96))
        plots.network(net, theta, trace, net.backward(theta, trace, wrong), ax=axes)
        figure.text(0.035, 0.60, "Back-\npropagation", fontsize=34, weight="bold", va="center")
        figure.text(0.035, 0.40, "proved and run", fontsize=25, color=plots.style.FORWARD)
        figure.savefig(path)


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the steps to the events of a build."""
    app.connect("config-inited", configure)
    app.add_role("repository", repository_link)
    app.add_directive("explorer", BorrowExplorer)
    app.add_post_transform(LendExplorers)
    app.connect("html-page-context", offer_binder, priority=600)  # the theme makes the list at 500
    app.connect("html-page-context", describe)
    app.connect("build-finished", write_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
