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


class _Quiet(SimpleHTTPRequestHandler):
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
                "features": [
                    {"name": "prefers-color-scheme", "value": scheme},
                    # Nothing is measured halfway through a transition.
                    {"name": "prefers-reduced-motion", "value": "reduce"},
                ]
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

    def traffic(self) -> list[tuple[str, int]]:
        """Address and status of all that was asked for since the last call."""
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


@pytest.fixture(scope="session")
def root():
    """The address at which site/ is served."""
    handler = partial(_Quiet, directory=str(SITE))
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
    chromium.get("about:blank")
    for log in ("browser", "performance"):
        chromium.get_log(log)
    return Reader(chromium, root)
