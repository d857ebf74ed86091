"""The reading room of a server with several users: whose library is open, and the menu of its collections."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from graph import users
from graph.access import LOCAL, Role, scope_of
from graph.storage.stores import HomeStores
from tests.browser.conftest import ReadingRoom
from tests.dev_server import Server, run_server

pytestmark = [pytest.mark.browser, pytest.mark.server]

OpenRoom = Callable[..., ReadingRoom]
NAMES = ("ann", "rita", "ben")  # a manager of Team, its reader, a stranger with a collection of his own
HEIGHT, LOAVES = "How high is the lighthouse of Tornholm?", "How many loaves does the bakery of Orrin bake?"
MAY_NOT = "You may read the collection Team, not add to it: choose another collection to add files."


def as_user(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer token of {name}"}


def read(server: Server, name: str, file: str, text: str, **context: str) -> None:
    """Have a text read as one of the users."""
    with httpx.Client(base_url=server.url, headers=as_user(name), timeout=300) as http:
        sent = http.post("/uploads", params={"name": file}, content=text.encode()).raise_for_status().json()
        run = {"assistant_id": "ingestion", "input": {"sources": [sent["source"]]}, "context": context}
        assert http.post("/runs/wait", json=run).raise_for_status().json()["report"]["documents"]


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with three users, two collections with members, and a document in each, and in that of the reader."""
    folder = tmp_path_factory.mktemp("team")
    (folder / "users.toml").write_text("\n".join(users.toml_table(one, f"token of {one}") for one in NAMES), "utf-8")
    (folder / "home").mkdir()
    opened = HomeStores(folder / "home", "")
    catalog, everything = opened.catalog, scope_of(LOCAL, opened.catalog)
    roles: list[tuple[str, str, Role]] = [
        ("Team", "ann", "manager"),
        ("Team", "rita", "reader"),
        ("Vault", "ben", "writer"),
    ]
    made = {name: catalog.create_collection(everything, name) for name in ("Team", "Vault")}
    for collection, who, role in roles:
        catalog.set_member(everything, made[collection], who, role)
    opened.close()
    with run_server(folder, PAGEWITNESS_ENGINE="offline", PAGEWITNESS_USERS="users.toml") as server:
        read(
            server,
            "ann",
            "lighthouse.md",
            "# Tornholm\n\nThe lighthouse of Tornholm is 43 metres high.",
            collection="Team",
        )
        read(server, "rita", "bakery.md", "# Orrin\n\nThe bakery of Orrin bakes 310 loaves.")
        read(server, "ben", "vault.md", "# Vault\n\nThe vault of Kelder has 12 locks.", collection="Vault")
        yield server


def enter(open_room: OpenRoom, server: Server, name: str, **options: Any) -> ReadingRoom:
    """Open the room as a user whom the server knows by a token."""
    return open_room(server=server, extra_http_headers=as_user(name), **options)


def listed(room: ReadingRoom) -> list[str]:
    return sorted(room.page.locator("#documents .name").all_inner_texts())


def choose(room: ReadingRoom, label: str, *documents: str) -> None:
    """Open a collection, and wait until its documents are listed."""
    room.page.get_by_label("Collection of documents").select_option(label=label)
    room.page.wait_for_function(
        "names => JSON.stringify([...document.querySelectorAll('#documents .name')].map(one => one.textContent).sort())"
        " === JSON.stringify(names)",
        arg=sorted(documents),
    )


@pytest.mark.parametrize("width", [1440, pytest.param(390, marks=pytest.mark.slow)])
def test_a_reader_sees_whose_library_is_open_and_may_not_add(open_room: OpenRoom, team: Server, width: int) -> None:
    room = enter(open_room, team, "rita", viewport={"width": width, "height": 900})
    page, narrow = room.page, width < 800
    if narrow:
        page.get_by_role("button", name="Library", exact=True).click()
    page.get_by_text("Library of rita").wait_for()
    assert page.locator("#collection option").all_inner_texts() == ["All", "Your own", "Team · reader"]
    assert listed(room) == ["bakery.md", "lighthouse.md"]
    choose(room, "Your own", "bakery.md")
    assert page.get_by_role("button", name="Add files").is_enabled()
    choose(room, "Team · reader", "lighthouse.md")
    assert page.inner_text("#drop-hint") == MAY_NOT
    for name in ("Add files", "Folder", "Web address"):
        assert page.get_by_role("button", name=name, exact=True).is_disabled(), name
    page.set_input_files("#files", {"name": "a.md", "mimeType": "text/markdown", "buffer": b"# A\n\nNot read."})
    page.locator("#message", has_text=MAY_NOT).wait_for()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        room.check()
    if narrow:
        page.get_by_role("button", name="Library", exact=True).click()
    assert "Asks the collection Team." in page.inner_text("#hint")
    assert "43 metres" in room.ask(HEIGHT)
    assert "310" not in room.ask(LOAVES), "rita has it, elsewhere"
    assert page.locator(".limited").all_inner_texts() == ["Asked of the collection Team"] * 2
    room.check()
    page.get_by_role("button", name="Ask all documents").click()
    page.locator(".turn").nth(2).locator(".foot").wait_for()
    assert "310" in page.locator(".turn").nth(2).inner_text()
    assert page.get_by_label("Collection of documents").evaluate("one => one.value") == ""


def test_what_a_writer_adds_goes_into_the_collection_that_is_open(open_room: OpenRoom, team: Server) -> None:
    room = enter(open_room, team, "ann")
    page = room.page
    assert page.locator("#collection option").all_inner_texts() == ["All", "Your own", "Team · manager"]
    choose(room, "Your own")
    choose(room, "Team · manager", "lighthouse.md")
    new = {"name": "harbour.md", "mimeType": "text/markdown", "buffer": b"# Harbour\n\nThe harbour has 80 berths."}
    page.set_input_files("#files", new)  # type: ignore[arg-type]
    page.locator("#documents .name", has_text="harbour.md").wait_for()
    choose(room, "Your own")
    choose(room, "Team · manager", "harbour.md", "lighthouse.md")
    assert "80" in room.ask("How many berths does the harbour have?")
    page.reload()
    page.locator(".limited", has_text="Asked of the collection Team").wait_for()
    open_now = "document.querySelector('#collection').selectedOptions[0]?.textContent"
    page.wait_for_function(f"{open_now} === 'Team · manager'")  # as it was asked
    page.wait_for_function("document.querySelectorAll('#documents .name').length === 2")
    room.act("Delete", "harbour.md")
    page.get_by_text("removed from every collection that you may change").wait_for()
    page.locator("#confirm").get_by_role("button", name="Delete").click()
    page.locator("#documents .name", has_text="harbour.md").wait_for(state="detached")
    room.check()


def test_a_strangers_collections_do_not_appear(open_room: OpenRoom, team: Server) -> None:
    room = enter(open_room, team, "ben")
    page = room.page
    page.get_by_text("Library of ben").wait_for()
    assert page.locator("#collection option").all_inner_texts() == ["All", "Your own", "Vault · writer"]
    assert listed(room) == ["vault.md"]
    assert "Team" not in page.content()
    assert "43" not in room.ask(HEIGHT)


def test_without_users_the_room_says_nothing_of_them(open_room: OpenRoom, library: Server) -> None:
    page = open_room().page
    page.locator("#documents .name", has_text="lighthouse").wait_for()
    assert page.locator("#whose").is_hidden()
    assert page.inner_text("#drop-hint") == "or drop them anywhere on this page"
    assert page.locator("#find #collection").count() == 1
