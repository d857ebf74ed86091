"""Parts of RapidOCR that are used here, imported with the part of its list of models that ONNX Runtime needs.

RapidOCR reads its list (85 kB of YAML, for five libraries) twice when it is imported, and creates an object for each
value. Read once, without the models of other libraries, the import takes .30 CPU seconds in place of .43, in every
process that reads a picture or a scan.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

_LIST = "default_models.yaml"
_UNUSED = frozenset({"openvino", "mnn", "paddle", "torch", "tensorrt", "fonts"})


def short_list(path: str | Path) -> Any:
    """Return a list of models without those of other libraries and fonts, which ONNX Runtime does not use."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    whole = yaml.load(Path(path).read_bytes(), Loader=loader)
    return OmegaConf.create({key: value for key, value in whole.items() if key not in _UNUSED})


@contextmanager
def _short_lists() -> Iterator[None]:
    """Give RapidOCR the short list, once, while it is imported."""
    config: Any = OmegaConf
    plain, short = config.load, cache(short_list)
    config.load = staticmethod(lambda path: short(path) if Path(path).name == _LIST else plain(path))
    try:
        yield
    finally:
        config.load = staticmethod(plain)


with _short_lists():
    from rapidocr import RapidOCR
    from rapidocr.ch_ppocr_det.utils import DetPreProcess, TextDetOutput
    from rapidocr.ch_ppocr_rec import TextRecOutput
    from rapidocr.inference_engine.base import FileInfo, InferSession
    from rapidocr.main import RapidOCRError
    from rapidocr.utils.process_img import apply_vertical_padding, get_rotate_crop_image


def default_file(model: Any) -> str:
    """Return the name of RapidOCR's file for a model of its configuration."""
    which = FileInfo(model.engine_type, model.ocr_version, model.task_type, model.lang_type, model.model_type)
    return Path(InferSession.get_model_url(which)["model_dir"]).name


__all__ = [
    "DetPreProcess",
    "RapidOCR",
    "RapidOCRError",
    "TextDetOutput",
    "TextRecOutput",
    "apply_vertical_padding",
    "default_file",
    "get_rotate_crop_image",
    "short_list",
]
