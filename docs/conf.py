"""The documentation, as ``make docs`` builds it: its pictures, and what its programs print, are made on the way."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

from docutils import nodes
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import set_source_info

SOURCES = pathlib.Path(__file__).resolve().parent.parent
PROGRAMS = SOURCES / "docs" / "programs"
sys.path.insert(0, str(PROGRAMS))

import refgraph  # noqa: E402

project = "refgraph"
release = version = refgraph.__version__
extensions = ["sphinx.ext.autodoc", "refgraph.sphinxext"]
exclude_patterns = ["doctrees", "html"]  # of a build in the source folder
default_role = "code"
highlight_language = "python3"
html_theme = "alabaster"
html_theme_options = {
    "description": "Why is this closure still alive, what does it keep, and what would free it?",
    "page_width": "1240px",
    "body_max_width": "none",
    "fixed_sidebar": True,
}
html_sidebars = {"**": ["about.html", "navigation.html", "searchbox.html"]}
html_show_copyright = html_show_sourcelink = False
autodoc_member_order = "bysource"
autodoc_typehints = "none"
toc_object_entries = False


def _literal(directive, text, language):
    block = nodes.literal_block(text, text, language=language)
    set_source_info(directive, block)
    return [block]


class Session(SphinxDirective):
    """Runs commands, and shows them with what they print.

    They run in a folder of the page's own, in which the programs of the documentation and the examples lie.
    """

    has_content = True

    def run(self):
        return _literal(self, "".join(map(self.shown, self.content)), "none")

    def shown(self, command):
        done = subprocess.run(
            re.sub(r"\bpython3\b", sys.executable, command),
            shell=True,
            cwd=self.folder(),
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        if done.returncode:
            raise self.error(f"{command} ended with status {done.returncode}: {done.stdout}")
        printed = done.stdout.replace(f"{self.folder()}/", "")
        return f"$ {command}\n{printed}"

    def folder(self):
        """Where the page's commands run: in the same place in every build, since reports tell places apart."""
        folder = pathlib.Path(self.env.doctreedir, "session", self.env.docname)
        if "session" not in self.env.temp_data:
            self.env.temp_data["session"] = folder
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            for path in (*PROGRAMS.glob("*.py"), *(SOURCES / "examples").glob("*.py")):
                shutil.copy(path, folder)
        return folder


class Manual(SphinxDirective):
    """Shows a page of the manual."""

    required_arguments = 1

    def run(self):
        page = SOURCES / "man" / self.arguments[0]
        self.env.note_dependency(str(page))
        words = ["mandoc", "-Tutf8", "-Owidth=78", str(page)]
        text = subprocess.run(words, check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout
        text = re.sub(".\b", "", text)  # bold and underlined letters, as terminals once had them
        return _literal(self, "\n".join(text.splitlines()[2:-2]), "none")


def setup(app):
    app.add_directive("session", Session)
    app.add_directive("manual", Manual)
    return {"parallel_read_safe": True}
