#!/usr/bin/env python3
"""Opens pages in a browser, as readers will, and reports what is wrong with them.

    python3 Tests/Peers/check_pages.py [--quick] [--pictures FOLDER] PAGE.html...

Checks each page at phone, laptop and paper width, by day and by night: nothing wider than the window,
no message on the console, no request to anywhere, contents that mark where one is, nothing that axe-core
finds hard to use; without JavaScript as with it; under 5 MB; and Debian's tidy, where it is installed.
Exit 1 where one fails.

Needs: pip install playwright axe-playwright-python, and a Chromium: CHROMIUM=/path, /usr/bin/chromium
or Playwright's own.
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

VIEWS = {"phone": (390, 844), "laptop": (1280, 800), "wide": (1920, 1080)}
QUICK = (("phone", "dark"), ("laptop", "light"))
LIMIT = 5_000_000

# tidy 5.6 is older than MathML in HTML and than these elements and attributes of HTML 5.
KNOWN_TO_TIDY = re.compile(
    r"<math>|<m[a-z]+>|details> |<summary>|proprietary attribute|is not approved by W3C"
    r"|trimming empty|missing </?mrow>|not recognized"
)

# What reaches beyond the window, but not what a scrolling box around it cuts off.
WIDER = """() => {
  const limit = document.documentElement.clientWidth + 1;
  if (document.documentElement.scrollWidth <= limit) return [];
  const wide = [...document.querySelectorAll('body *')].filter(e => {
    if (e.getBoundingClientRect().right <= limit) return false;
    for (let p = e.parentElement; p; p = p.parentElement)
      if (['auto', 'scroll', 'hidden'].includes(getComputedStyle(p).overflowX)) return false;
    return true;
  });
  return [`page is ${document.documentElement.scrollWidth} wide`].concat(
    wide.slice(0, 5).map(e => e.outerHTML.slice(0, 120)));
}"""


# Entries of the contents whose part is in view but which are not marked, where contents stand beside.
UNMARKED = """async () => {
  const contents = document.querySelector('.with-contents #contents');
  if (!contents || getComputedStyle(contents).position !== 'sticky') return [];
  const unmarked = [];
  for (const link of contents.querySelectorAll('ol > li > a.spied')) {
    const part = document.querySelector(link.getAttribute('href'));
    part.scrollIntoView();
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    // The page's end can't be brought to the top of the window.
    if (part.getBoundingClientRect().top > innerHeight / 5) continue;
    if (getComputedStyle(link).boxShadow === 'none') unmarked.push(link.textContent);
  }
  return unmarked;
}"""


def chromium():
    for path in (os.environ.get("CHROMIUM"), shutil.which("chromium"), shutil.which("google-chrome")):
        if path:
            return path
    return None


def check_in_browser(browser, page_path, pictures, quick):
    problems = []
    address = page_path.resolve().as_uri()
    for scheme in ("light", "dark"):
        for view, (width, height) in VIEWS.items():
            if quick and (view, scheme) not in QUICK:
                continue
            context = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=scheme
            )
            page = context.new_page()
            where = f"{page_path} ({view}, {scheme})"
            page.on("console", lambda message: problems.append(f"{where}: console: {message.text}"))
            page.on("pageerror", lambda error: problems.append(f"{where}: error: {error}"))
            page.on(
                "request",
                lambda request: request.url.startswith(("data:", address))
                or problems.append(f"{where}: requests {request.url}"),
            )
            page.goto(address)
            page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            problems += [f"{where}: too wide: {what}" for what in page.evaluate(WIDER)]
            if view == "laptop":
                problems += [f"{where}: unmarked in the contents: {what}" for what in page.evaluate(UNMARKED)]
            broken = page.evaluate(
                "[...document.images].filter(i => !i.complete || !i.naturalWidth).length"
            )
            if broken:
                problems.append(f"{where}: {broken} broken pictures")
            # What a wide window shows is what a laptop shows; axe takes its time on a long page.
            violations = Axe().run(page).response["violations"] if view != "wide" else []
            for violation in violations:
                nodes = "; ".join(node["html"][:100] for node in violation["nodes"][:3])
                problems.append(f"{where}: axe: {violation['id']}: {violation['help']}: {nodes}")
            if pictures:
                page.evaluate("document.querySelectorAll('details').forEach(d => d.open = false)")
                name = f"{page_path.parent.name}-{page_path.stem}-{view}-{scheme}"
                page.screenshot(path=pictures / f"{name}.png", full_page=True)
            context.close()
    problems += check_links(browser, page_path, address)
    problems += check_paper(browser, page_path, address, pictures)
    return problems


def check_links(browser, page_path, address):
    """Every link within the page, or to a file beside it, leads somewhere; no id twice."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    problems = []
    targets = [link.get_attribute("href") for link in page.locator("a[href]").all()]
    identifiers = [node.get_attribute("id") for node in page.locator("[id]").all()]
    for name in {name for name in identifiers if identifiers.count(name) > 1}:
        problems.append(f"{page_path}: the id '{name}' stands twice")
    for target in sorted(set(targets)):
        if target.startswith("#"):
            if target[1:] not in identifiers:
                problems.append(f"{page_path}: the link '{target}' leads nowhere")
        elif re.match(r"[a-z]+:", target):
            continue
        elif not (page_path.parent / target.split("#")[0]).exists():
            problems.append(f"{page_path}: the link '{target}' leads to no file")
    context.close()
    return problems


def check_paper(browser, page_path, address, pictures):
    context = browser.new_context(viewport={"width": 680, "height": 960})
    page = context.new_page()
    page.goto(address)
    page.emulate_media(media="print")
    problems = [f"{page_path} (paper): too wide: {what}" for what in page.evaluate(WIDER)]
    hidden = page.evaluate(
        "[...document.querySelectorAll('details > pre')].filter(p => !p.getBoundingClientRect().height).length"
    )
    if hidden:
        problems.append(f"{page_path} (paper): {hidden} folded pieces are not printed")
    if pictures:
        name = f"{page_path.parent.name}-{page_path.stem}.pdf"
        page.pdf(path=pictures / name, format="A4", print_background=True)
    context.close()
    return problems


def check_with_tidy(page_path):
    if not shutil.which("tidy"):
        return []
    elements = "math,mi,mn,mo,ms,mtext,mspace,mrow,mfrac,msqrt,mroot,msub,msup,msubsup,munder,mover,munderover,mtable,mtr,mtd"
    outcome = subprocess.run(
        ["tidy", "-e", "-q", "-utf8", "--new-inline-tags", elements, str(page_path)],
        capture_output=True, text=True,
    )
    return [
        f"{page_path}: tidy: {line}"
        for line in outcome.stderr.splitlines()
        if ("Warning" in line or "Error" in line) and not KNOWN_TO_TIDY.search(line)
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", nargs="+", type=pathlib.Path)
    parser.add_argument("--pictures", type=pathlib.Path, help="folder for screenshots and a PDF")
    parser.add_argument(
        "--quick", action="store_true", help="a phone by night and a laptop by day alone"
    )
    options = parser.parse_args()
    if options.pictures:
        options.pictures.mkdir(parents=True, exist_ok=True)
    problems = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium())
        for page in options.pages:
            if page.stat().st_size >= LIMIT:
                problems.append(f"{page}: {page.stat().st_size} bytes, expected under {LIMIT}")
            problems += check_in_browser(browser, page, options.pictures, options.quick)
            problems += check_with_tidy(page)
        browser.close()
    for problem in problems:
        print(problem)
    print(f"{len(options.pages)} pages, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
