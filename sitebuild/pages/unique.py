"""What two pages of one language may not have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sitebuild.faults import Fault
from sitebuild.pages.outline import Page, address


def same_pages(pages: Mapping[str, Page]) -> Iterator[Fault]:
    """Give every page that has the address or the description of one before it."""
    addresses: dict[str, Page] = {}
    descriptions: dict[str, Page] = {}
    for page in pages.values():
        first = addresses.setdefault(address(page.slug), page)
        if first is not page:
            yield Fault.of(
                page.path,
                1,
                "same-address",
                path=first.path,
                address=address(page.slug),
            )
        if not page.description:
            continue
        first = descriptions.setdefault(page.description, page)
        if first is not page:
            yield Fault.of(page.path, 1, "same-description", path=first.path)
