"""A real broker process and headless Chromium, for the tests that look at the pages as people do."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from needed import missing, program
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from service.serving import Serving

ROOT = Path(__file__).resolve().parent.parent.parent
VENDOR = ROOT / "broker" / "web" / "static" / "vendor" / "maplibre-gl.mjs"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
ARGUMENTS = (
    "--no-sandbox",  # Chromium as root, in a container
    "--disable-gpu",
    "--disable-background-networking",
    "--use-angle=swiftshader",  # WebGL without a graphics card
    "--enable-unsafe-swiftshader",
)
WIDTHS = {"phone": 360, "desk": 1280}
# What a page may say on its console: the driver's remark on speed, and answers that a test asked for.
QUIET = ("GPU stall due to ReadPixels", "Failed to load resource", "net::ERR_")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the browser's tests last: as long as Playwright runs, no other test has an event loop of its own."""
    for item in items:
        if is_here(item):
            item.add_marker(pytest.mark.browser)
    items.sort(key=is_here)


def is_here(item: pytest.Item) -> bool:
    return Path(__file__).parent in item.path.parents


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = os.environ.get("NOROSHI_CHROMIUM") or program("chromium", "google-chrome")
    if not VENDOR.exists() or not AXE.exists():
        missing("the browser's libraries are missing: run 'make web'")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    process = Serving(tmp_path_factory.mktemp("browser") / "data").start()
    yield process
    assert process.stop() == 0, process.log()[-3000:]


@pytest.fixture(scope="session")
def issuer(serving: Serving) -> str:
    """A key for 和光市."""
    return serving.key("issuer", "和光市役所", "--areas", "11229")


@pytest.fixture(scope="session")
def operator(serving: Serving) -> str:
    return serving.key("operator", "当直")


@pytest.fixture
def open_page(browser: Browser, serving: Serving) -> Iterator[Callable[..., Page]]:
    """Open a page of a given width; whatever it complains of fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(width: int = 1280, *, script: bool = True, atlas: bool = False) -> Page:
        context = browser.new_context(
            base_url=serving.url,
            viewport={"width": width, "height": 780},
            locale="ja-JP",
            java_script_enabled=script,
            permissions=["geolocation"],
            geolocation={"latitude": 35.7815, "longitude": 139.6057},
        )
        contexts.append(context)
        if not atlas:  # drawing without a graphics card takes seconds, and the page must do without it
            context.route("**/vendor/**", lambda route: route.abort())
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not [text for text in complaints if not any(quiet in text for quiet in QUIET)]


def sign_in(page: Page, key: str, mode: str) -> None:
    """Enter the console as an officer, in ``live`` or ``drill``."""
    page.goto("/console")
    page.fill("#key", key)
    page.click(f"button[name=mode][value={mode}]")
    page.wait_for_selector("text=新しく発令する")


def compose(page: Page, level: int, hazard: str = "洪水", row: str = "whole") -> None:
    """Write an order as far as the page on which it is checked."""
    page.goto("/console")
    page.click("text=新しく発令する")
    page.check(f"input[name=hazard][value='{hazard}']")
    page.check(f"input[name='at-{row}'][value='{level}']")
    page.click("text=確かめる画面へ")
    page.wait_for_selector("text=まだ何も送っていません")


def issue(page: Page, level: int, name: str = "和光市") -> int:
    """Read back and issue; returns the order's seq."""
    page.fill("#level", str(level))
    page.fill("#municipality", name)
    page.click("button[name=action][value=issue]")
    page.wait_for_url("**/console/orders/*")
    return int(page.url.rsplit("/", 1)[1].partition("?")[0])


def overflow(page: Page) -> int:
    """How many pixels the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def violations(page: Page) -> list[str]:
    """What axe-core finds that is serious or critical."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']} ({one['impact']}): {one['nodes'][0]['html'][:200]}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]
