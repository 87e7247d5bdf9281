"""Chromium for the pages: one browser for all tests, a site of its own for each.

Promises: nothing leaves loopback; each test starts from the same cases. Touches: a browser.
Trusts: Debian's chromium. Limits: skipped, and said so, where chromium is not installed.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.site import Site, read_samples, site

CHROMIUM = shutil.which("chromium")
# Nothing of the browser's own may look for a network.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
Opened = Callable[..., Page]


@pytest.fixture(scope="session", name="browser")
def _browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed; setup.sh --tests does it")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session", name="read_once")
def _read_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gelesen")
    read_samples(folder)
    return folder


@pytest.fixture(name="site")
def _site(read_once: Path, tmp_path: Path) -> Iterator[Site]:
    with site(read_once, tmp_path / "site") as made:
        yield made


@pytest.fixture(name="opened")
def _opened(browser: Browser, site: Site) -> Iterator[Opened]:
    """Opens a page as this person; each call is another browser profile."""
    contexts: list[BrowserContext] = []

    def open_as(name: str, path: str, **options: Any) -> Page:
        options.setdefault("viewport", {"width": 1280, "height": 900})
        context = browser.new_context(base_url=site.url, locale="de-DE", **options)
        contexts.append(context)
        context.add_cookies([site.cookie(name)])
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.goto(path)
        return page

    yield open_as
    for context in contexts:
        context.close()
