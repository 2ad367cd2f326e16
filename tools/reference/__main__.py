"""Write the page of the documentation and the man page."""

from pathlib import Path

from tools.reference.man_page import man_page
from tools.reference.page import page

ROOT = Path(__file__).parents[2]

PAGES = {ROOT / "docs" / "reference" / "command-line.md": page, ROOT / "man" / "catclf.1": man_page}

if __name__ == "__main__":
    for path, make in PAGES.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(make(), encoding="utf-8")
