"""What the browser tests share: the built site/, served, and one Chromium."""

from __future__ import annotations

import json
import shutil
import tempfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

SITE = Path(__file__).resolve().parents[2] / "site"
PAGES = sorted(
    str(file.parent.relative_to(SITE)).replace(".", "")
    for file in SITE.rglob("index.html")
)  # their addresses: "", "detach", "en", "en/detach" ...
LANGUAGES = {"ja": "", "en": "en/"}  # where each language lives
DESKTOP, PHONE = 1280, 360  # pixels

_CHROMIUM = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class _Pages(SimpleHTTPRequestHandler):
    """Answers as GitHub Pages does: what is missing is the 404.html of the root."""

    def send_error(self, code, message=None, explain=None):
        page = (SITE / "404.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_):
        pass


class Reader:
    """A reader with a browser: opens pages, looks, types, clicks."""

    def __init__(self, driver: Chrome, root: str) -> None:
        self.driver = driver
        self.root = root
        self.look()

    def look(self, width: int = DESKTOP, scheme: str = "light") -> None:
        """Set the width of the window and the scheme that the system prefers."""
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {
                "width": width,
                "height": 800,
                "deviceScaleFactor": 1,
                "mobile": width == PHONE,
            },
        )
        self.driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia",
            {
                "media": "",
                "features": [
                    {"name": "prefers-color-scheme", "value": scheme},
                    # Nothing is measured halfway through a transition.
                    {"name": "prefers-reduced-motion", "value": "reduce"},
                ],
            },
        )

    def open(self, page: str) -> None:
        self.driver.get(f"{self.root}{page}{'/' if page in PAGES[1:] else ''}")

    @property
    def page(self) -> str:
        """The address of the page that is open, as in `PAGES`."""
        return (
            self.driver.current_url.removeprefix(self.root).partition("#")[0].strip("/")
        )

    @property
    def scheme(self) -> str:
        """The scheme that is shown, in the words of `look`."""
        shown = self.find("body").get_attribute("data-md-color-scheme")
        return {"default": "light", "slate": "dark"}[shown]

    def find(self, css: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, css)

    def find_all(self, css: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def script(self, body: str, *arguments):
        return self.driver.execute_script(body, *arguments)

    def wait(self, until):
        return WebDriverWait(self.driver, 10, poll_frequency=0.05).until(
            lambda _: until()
        )

    def forget(self) -> None:
        """Let `traffic` and the console begin anew."""
        self.driver.get_log("browser")
        self.driver.get_log("performance")

    def traffic(self) -> list[tuple[str, int]]:
        """Address and status of all that was asked for since `forget`."""
        asked: dict[str, tuple[str, int]] = {}
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            event, details = message["method"], message["params"]
            if event == "Network.requestWillBeSent":
                asked[details["requestId"]] = (details["request"]["url"], 0)
            elif event == "Network.responseReceived":
                response = details["response"]
                asked[details["requestId"]] = (response["url"], response["status"])
        return list(asked.values())


def allow_scripts(reader: Reader, allow: bool) -> None:
    """Say whether the pages that are opened from now on run scripts."""
    reader.driver.execute_cdp_cmd(
        "Emulation.setScriptExecutionDisabled", {"value": not allow}
    )


@pytest.fixture(scope="session")
def root():
    """The address at which site/ is served."""
    handler = partial(_Pages, directory=str(SITE))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="session")
def chromium(root):
    binary = shutil.which("chromium") or shutil.which("google-chrome")
    options = ChromeOptions()
    if binary:
        options.binary_location = binary
    for argument in _CHROMIUM:
        options.add_argument(argument)
    options.set_capability(
        "goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"}
    )
    with tempfile.TemporaryDirectory() as profile:
        options.add_argument(f"--user-data-dir={profile}")
        # Selenium would fetch a driver; one that is installed will do.
        driver = Chrome(options, Service(shutil.which("chromedriver")))
        yield driver
        driver.quit()


@pytest.fixture
def reader(chromium, root):
    """A reader at a desktop, in light, who has visited nothing yet."""
    chromium.execute_cdp_cmd(
        "Storage.clearDataForOrigin", {"origin": root, "storageTypes": "all"}
    )
    return Reader(chromium, root)


@pytest.fixture(scope="session")
def clipboard(chromium, root):
    """A function: click the copy button of each snippet, as a reader does.

    It gives, for each, what is shown, the address of its file (or None), and
    what is then pasted. The label of a button says when it is done.
    """
    chromium.execute_cdp_cmd(
        "Browser.grantPermissions",
        {
            "origin": root,
            "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"],
        },
    )

    def copied(snippets: list[WebElement]) -> list[tuple[str, str | None, str]]:
        return chromium.execute_async_script(
            """
            const [snippets, done] = arguments;
            const copied = (button) => new Promise((found) => {
              const watch = new MutationObserver(async () => {
                watch.disconnect();
                const copied = button.textContent === button.dataset.copied;
                found(copied ? await navigator.clipboard.readText() : button.textContent);
              });
              watch.observe(button, {childList: true, subtree: true});
              button.click();
            });
            (async () => {
              const found = [];
              for (const snippet of snippets) found.push([
                snippet.querySelector(".highlight code").textContent,
                snippet.querySelector("a.snippet-file")?.href,
                await copied(snippet.querySelector(".snippet-copy")),
              ]);
              done(found);
            })();
            """,
            snippets,
        )

    return copied
