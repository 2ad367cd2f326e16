"""What makes one site of the pages in docs/ and those that stand elsewhere in the repository.

In the repository, links between pages lead to files. On the site they lead to the pages that these
files become; links to what is no page, such as a file of the program, become plain text.
"""

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

_ROOT = Path(__file__).parents[1]

_ELSEWHERE = (
    "SECURITY.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "data/README.md",
    "benchmarks/RESULTS.md",
    *(str(path.relative_to(_ROOT)) for path in sorted(_ROOT.glob("benchmarks/*.png"))),
)

_LINK = re.compile(r"(!?)\[([^\]]*)\]\((?!https?:|mailto:|#)([^)#\s]*)(#[^)\s]*)?\)")


def on_files(files: Files, config: Any) -> Files:
    """Add the pages that stand elsewhere, below project/."""
    for name in _ELSEWHERE:
        source = str(_ROOT / name)
        files.append(File.generated(config, f"project/{name}", abs_src_path=source))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:
    """Let links lead to where the files are on the site."""
    here = page.file.src_uri
    in_repository = here.removeprefix("project/") if _is_elsewhere(here) else f"docs/{here}"

    def replace(found: re.Match[str]) -> str:
        mark, text, target, anchor = found.groups()
        path = posixpath.normpath(posixpath.join(posixpath.dirname(in_repository), target))
        site = path.removeprefix("docs/") if path.startswith("docs/") else f"project/{path}"
        if files.get_file_from_path(site) is None:
            return text
        relative = posixpath.relpath(site, posixpath.dirname(here) or ".")
        return f"{mark}[{text}]({relative}{anchor or ''})"

    return _LINK.sub(replace, markdown)


def _is_elsewhere(path: str) -> bool:
    return path.removeprefix("project/") in _ELSEWHERE and path.startswith("project/")
