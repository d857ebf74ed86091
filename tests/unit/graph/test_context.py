"""The settings of a run: the form that Studio shows, and what it accepts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import prompts
from graph import dependencies
from graph.app import app
from graph.context import Context, check
from graph.errors import BadInputError
from graph.query.graph import app as query
from graph.settings import settings
from graph.tool_graphs import ask_graph

PROMPTS = [name for name in Context.model_fields if name.endswith("_prompt")]


def test_every_field_is_described() -> None:
    schema = app.get_context_jsonschema()
    assert schema is not None
    assert set(schema["properties"]) == set(Context.model_fields)
    assert [name for name, field in schema["properties"].items() if len(field.get("description", "")) < 10] == []


def test_the_form_shows_choices_limits_and_defaults() -> None:
    fields = Context.model_json_schema()["properties"]
    assert fields["engine"]["enum"] == ["auto", "llm", "offline"]
    assert (fields["top_k"]["minimum"], fields["top_k"]["maximum"]) == (1, 20)
    for name in PROMPTS:
        assert fields[name]["langgraph_type"] == "prompt"
        assert fields[name]["default"] == prompts.load(name.removesuffix("_prompt")).text


def test_the_nodes_that_the_form_names_exist() -> None:
    nodes = set(app.get_graph(xray=True).nodes)
    for name in PROMPTS:
        for node in Context.model_json_schema()["properties"][name]["langgraph_nodes"]:
            assert any(known.rpartition(":")[2] == node for known in nodes), (node, nodes)


@pytest.mark.parametrize("name", PROMPTS)
def test_an_edited_prompt_keeps_its_placeholders(name: str) -> None:
    text: str = Context.model_fields[name].get_default(call_default_factory=True)
    assert getattr(Context(**{name: text + "\nBe brief."}), name).endswith("Be brief.")
    with pytest.raises(BadInputError, match="placeholders"):
        Context(**{name: text + "{surprise}"})
    for placeholder in prompts.load(name.removesuffix("_prompt")).placeholders:
        with pytest.raises(BadInputError, match="placeholders"):
            Context(**{name: text.replace(f"{{{placeholder}}}", "")})


@pytest.mark.parametrize(
    "wrong", [{"engine": "gpt"}, {"top_k": 0}, {"max_rewrites": 6}, {"min_grade": 11}, {"dpi": 10}, {"topk": 5}]
)
def test_values_out_of_range_and_unknown_names_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(BadInputError, match=next(iter(wrong))):
        Context(**wrong)


def test_the_password_is_not_shown_and_does_not_make_contexts_unequal() -> None:
    assert "hunter2" not in repr(Context(password="hunter2"))
    with_it, without = dependencies.for_context(Context(password="hunter2")), dependencies.for_context(Context())
    assert with_it.engine is without.engine


@pytest.mark.parametrize(
    ("chosen", "key", "engine"),
    [("auto", "", "offline"), ("auto", "k", "llm"), ("offline", "k", "offline"), ("llm", "", "llm")],
)
def test_auto_is_llm_where_a_key_is_set(chosen: str, key: str, engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", key)
    assert dependencies.engine_name(Context(**{"engine": chosen}), settings()) == engine


def test_the_former_name_of_the_llm_engine_is_still_accepted() -> None:
    check({"engine": "gemini"})
    assert Context(**{"engine": "gemini"}).engine == "llm"


def test_the_context_beats_the_environment_which_beats_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    default = Context()
    for name, value in (("chat_model", "x:env"), ("reader_model", "x:env"), ("fallback_model", "x:env"),
                        ("embedding_model", "x:env"), ("engine", "llm"), ("check_replies", "off"),
                        ("check_claims", "off")):  # fmt: skip
        monkeypatch.setenv(f"PAGEWITNESS_{name.upper()}", value)
        from_environment = getattr(Context(), name)
        assert from_environment != getattr(default, name), name
        given = not from_environment if name.startswith("check_") else "offline" if name == "engine" else "x:given"
        assert getattr(Context(**{name: given}), name) == given


def test_a_complaint_names_the_setting_and_never_the_password() -> None:
    check({"top_k": 3})
    with pytest.raises(BadInputError, match="did you mean top_k") as caught:
        check({"topk": 3, "password": ["hunter2"]})
    assert "hunter2" not in str(caught.value)
    with pytest.raises(BadInputError, match="must be the settings"):
        check([1])


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"top_k": "many"}, "The setting top_k is 'many': Input should be a valid integer"),
        ({"topk": 3}, "There is no setting 'topk': did you mean top_k?"),
        ({"dpi": 10}, "The setting dpi is 10: Input should be greater than or equal to 50."),
    ],
)
async def test_a_wrong_context_in_python_gets_the_sentence_of_the_server(
    given: dict[str, object], sentence: str, home: Path
) -> None:
    asked = {"question": "Why?"}
    context: Any = given
    with pytest.raises(BadInputError) as server:
        check(given)
    for graph in (app, ask_graph, query):
        with pytest.raises(BadInputError) as caught:
            graph.invoke(asked, context=context)
        assert str(caught.value) == str(server.value)
        assert sentence in str(caught.value)
        assert "\n" not in str(caught.value)
        with pytest.raises(BadInputError, match="setting"):
            await graph.ainvoke(asked, context=context)
