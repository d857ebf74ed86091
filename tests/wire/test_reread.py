"""Rereading with a model: its cost, and that a failed reread keeps the old transcript."""

from __future__ import annotations

import pytest

from tests.conftest import MakePdf
from tests.wire.gemini_server import GeminiServer
from tests.wire.scripted_replies import Model, pages_asked
from tests.wire.test_gemini_app import RECITATION, ledger, run


def test_a_failed_reread_keeps_the_old_transcript(
    model: Model, gemini: GeminiServer, make_pdf: MakePdf, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(make_pdf("lamp.pdf", "The lamp was lit at dusk.", "The weir holds 700 tons."))
    assert run(capsys, "ingest", path)[0] == 0
    before = ledger()
    gemini.requests.clear()
    model.unread = {2: RECITATION}
    code, report = run(capsys, "ingest", "--reread", path)
    assert (code, report["documents"][0]["ledger"]["read"]) == (0, 2)
    assert {page for request in gemini.chats for page in pages_asked(request)} == {1, 2}
    again, failed = ledger()
    assert again.transcript != before[0].transcript
    assert (failed.status, failed.transcript, failed.model) == ("read", before[1].transcript, before[1].model)
    assert failed.attempts > before[1].attempts
