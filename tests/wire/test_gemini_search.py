"""Rewritten searches, conversations, edited prompts and refused keys with a loopback Gemini."""

import itertools
import json
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage

from graph.app import app
from graph.cli import main
from graph.context import Context
from prompts import load
from tests.wire.gemini_server import GeminiServer
from tests.wire.scripted_replies import FOUNDED, QUESTION, TRUE, Kind, Model, ask, kind, kinds

EVERYTHING = Context(top_k=20, whole_document_tokens=0, check_claims=False)


@pytest.mark.parametrize("most", [0, 2, 5])
def test_a_question_without_relevant_chunks_is_rewritten_up_to_the_limit_and_then_declined(
    library: Model, gemini: GeminiServer, most: int
) -> None:
    library.relevant = lambda text: False
    library.queries = (f"founding of the observatory, version {number}" for number in itertools.count(1))
    output = ask(max_rewrites=most)
    assert kinds(gemini) == ["embed", "grade"] + ["rewrite", "embed", "grade"] * most
    assert (output["refused"], output["reason"], output["rewrites"]) == (True, "nothing_relevant", most)
    assert output["queries"] == [QUESTION] + [f"founding of the observatory, version {n + 1}" for n in range(most)]
    assert [request.texts for request in gemini.embeddings] == [
        [f"task: search result | query: {query}"] for query in output["queries"]
    ]
    assert output["usage"]["requests"] == len(gemini.requests)
    assert output["citations"] == []
    assert "do not answer" in output["answer"]
    assert not any(passage["relevant"] for passage in output["retrieved"])


@pytest.mark.parametrize("queries", [itertools.repeat("who founded the observatory and in which year"), [""], ["  "]])
def test_a_rewriting_that_brings_nothing_new_ends_the_search(
    library: Model, gemini: GeminiServer, queries: Any
) -> None:
    library.relevant = lambda text: False
    library.queries = queries
    output = ask(max_rewrites=5)
    assert kinds(gemini) == ["embed", "grade", "rewrite"]
    assert (output["reason"], output["rewrites"], output["queries"]) == ("nothing_relevant", 1, [QUESTION])


def test_a_rewriting_that_helps_leads_to_an_answer(library: Model, gemini: GeminiServer) -> None:
    library.queries = ["founder"]
    library.relevant = lambda text: "founder" in gemini.embeddings[-1].texts[0] and FOUNDED in text
    library.claims = [TRUE]
    output = ask()
    assert kinds(gemini) == ["embed", "grade", "rewrite", "embed", "grade", "answer"]
    assert (output["rewrites"], output["queries"], output["refused"]) == (1, [QUESTION, "founder"], False)
    assert all(QUESTION in request.prompt for request in gemini.chats), "it is judged and answered as it was asked"


def test_a_follow_up_is_made_to_stand_alone_once(library: Model, gemini: GeminiServer) -> None:
    library.claims = [TRUE]
    library.standalone = "In which year was the Ardveyra observatory founded?"
    turns = [HumanMessage("Tell me of the observatory."), AIMessage("It stands on Ardveyra."), HumanMessage("Since?")]
    output: Any = app.invoke({"messages": turns}, context=EVERYTHING)
    assert kinds(gemini) == ["contextualize", "embed", "grade", "answer"]
    assert "user: Tell me of the observatory.\nassistant: It stands on Ardveyra." in gemini.chats[0].prompt
    assert gemini.embeddings[0].texts == [f"task: search result | query: {library.standalone}"]
    assert all(library.standalone in request.prompt for request in gemini.chats[1:])
    assert (output["question"], output["queries"]) == ("Since?", [library.standalone])
    assert [message.type for message in output["messages"]] == ["human", "ai", "human", "ai"]
    assert output["messages"][-1].additional_kwargs["citations"] == output["citations"]
    gemini.requests.clear()
    app.invoke({"messages": [HumanMessage(QUESTION)]}, context=EVERYTHING)
    assert kinds(gemini) == ["embed", "grade", "answer"], "a first question needs no rewording"


def test_a_thread_on_the_command_line_is_a_conversation(
    copied: Model, gemini: GeminiServer, capsys: pytest.CaptureFixture[str]
) -> None:
    copied.claims = [TRUE]
    copied.standalone = "When did Edith Carrow found it?"
    for question in (QUESTION, "And when?"):
        assert main.main(["ask", question, "--thread", "one", "--json"]) == 0
        output = json.loads(capsys.readouterr().out)
    assert kinds(gemini).count("contextualize") == 1
    (request,) = [request for request in gemini.chats if kind(request) == "contextualize"]
    assert f"user: {QUESTION}\nassistant: Edith Carrow founded it in 1911. [1]" in request.prompt
    assert (output["question"], output["queries"]) == ("And when?", [copied.standalone])


@pytest.mark.parametrize("name", ["answer", "grade", "rewrite", "contextualize"])
def test_an_edited_prompt_reaches_the_wire(library: Model, gemini: GeminiServer, name: Kind) -> None:
    edited = load(name).text + "\n\nSpeak like a lighthouse keeper."
    library.relevant = lambda text: name != "rewrite"
    turns = [HumanMessage("Tell me of the observatory."), AIMessage("It stands on Ardveyra."), HumanMessage("Since?")]
    app.invoke({"messages": turns}, context={f"{name}_prompt": edited})
    told = {kind(request) for request in gemini.chats if "lighthouse keeper" in request.prompt}
    assert told == {name}


@pytest.mark.parametrize(
    ("key", "retired", "words"),
    [("another", "", "Gemini key was refused: check GOOGLE_API_KEY"), ("test", "gemini-3.8-flash", "CHAT_MODEL")],
)
def test_a_question_with_a_wrong_key_or_a_retired_model_is_one_sentence(
    library: Model, gemini: GeminiServer, capsys: pytest.CaptureFixture[str], key: str, retired: str, words: str
) -> None:
    gemini.key, gemini.retired = key, {retired}
    assert main.main(["ask", QUESTION]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert words in err
