"""Results as a LangSmith experiment, written only if tracing and a key are configured.

The question set becomes a dataset (once for each content), the run a project that refers to it, each row a run of its
example with one feedback for each score. Tested with LangSmith's client against a server on loopback, not against the
real service.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from graph.errors import ModelError
from graph.evaluation.questions import Question, fingerprint
from graph.evaluation.scores import Row
from graph.settings import langsmith

if TYPE_CHECKING:
    from langsmith import Client
    from langsmith.schemas import TracerSession

_NAMESPACE = uuid.UUID("6d1c5f0e-6a43-5a0c-9a55-0f6f1f1b7c11")  # of our ids: an example has the same id in each run
_LEFT_OUT = frozenset({"requests", "input_tokens", "output_tokens", "characters", "citations"})


def record(questions: Sequence[Question], rows: Sequence[Row], run: dict[str, Any]) -> str:
    """Write an experiment and return its name.

    Raises:
        ModelError: LangSmith refused, or cannot be reached. The results are on disk by then.
    """
    from langsmith import Client
    from langsmith.utils import LangSmithError

    where = langsmith()
    assert where, "asked for only where it is configured"
    client = Client(api_url=where.endpoint or None, api_key=where.api_key.get_secret_value())
    try:
        return _record(client, questions, rows, run)
    except (LangSmithError, OSError) as error:
        brief = " ".join(str(error).split())[:200]
        raise ModelError(
            f"The results are written, but not to LangSmith ({brief}): check LANGSMITH_API_KEY and LANGSMITH_ENDPOINT, "
            "or set LANGSMITH_TRACING=false."
        ) from error
    finally:
        client.flush()


def _record(client: Client, questions: Sequence[Question], rows: Sequence[Row], run: dict[str, Any]) -> str:
    content = "".join(fingerprint(question) for question in questions)
    name = f"pagewitness {run['file']} {uuid.uuid5(_NAMESPACE, content).hex[:8]}"
    ids = {question.id: uuid.uuid5(_NAMESPACE, f"{name}/{question.id}") for question in questions}
    if client.has_dataset(dataset_name=name):
        dataset = client.read_dataset(dataset_name=name)
    else:
        dataset = client.create_dataset(name, description=f"Questions of {run['file']} for PageWitness.")
        client.create_examples(dataset_id=dataset.id, examples=[example(one, ids[one.id]) for one in questions])
    started = datetime.fromisoformat(run["started"])
    project = client.create_project(
        f"{run['engine']}-{run['key']}-{started:%Y%m%d-%H%M%S}",
        reference_dataset_id=dataset.id,
        metadata={key: value for key, value in run.items() if key != "documents"},
    )
    for row in rows:
        _row(client, row, ids[row["id"]], project)
    return str(project.name)


def example(question: Question, id_: uuid.UUID) -> dict[str, Any]:
    """Return a question as a LangSmith example."""
    expected = {"answers": list(question.answers), "answerable": question.answerable, "pages": question.pages}
    return {
        "id": id_,
        "inputs": {"question": question.question},
        "reference_outputs": expected,
        "metadata": {"id": question.id, "kind": question.kind, "doc": question.doc},
    }


def _row(client: Client, row: Row, example_id: uuid.UUID, project: TracerSession) -> None:
    run_id, ended = uuid.uuid4(), datetime.now(UTC)
    started = ended - timedelta(seconds=row["scores"].get("seconds") or 0)
    outputs: dict[str, Any] = {"answer": row["answer"], "refused": row["refused"], "reason": row["reason"]}
    client.create_run(
        "pagewitness",
        {"question": row["question"]},
        "chain",
        project_name=project.name,
        id=run_id,
        trace_id=run_id,
        dotted_order=f"{started:%Y%m%dT%H%M%S%fZ}{run_id}",  # lets the client send runs in batches, in the background
        start_time=started,
        end_time=ended,
        outputs=outputs | {"citations": row["citations"], "retrieved": row["retrieved"]},
        error=row["error"] or None,
        reference_example_id=example_id,
    )
    for key, score in row["scores"].items():
        if score is not None and key not in _LEFT_OUT:
            client.create_feedback(run_id, key, score=score, trace_id=run_id, session_id=project.id, start_time=started)
