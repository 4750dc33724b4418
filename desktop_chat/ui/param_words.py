"""What parameters are called, and their values in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QLocale

from desktop_chat.domain.params import ParamName

if TYPE_CHECKING:
    from collections.abc import Iterable

    from desktop_chat.domain.params import GenerationParams

LONGEST = 60

_LABELS: Final = {
    ParamName.TEMPERATURE: QT_TRANSLATE_NOOP("Params", "Temperature"),
    ParamName.MAX_TOKENS: QT_TRANSLATE_NOOP("Params", "Longest reply in tokens"),
    ParamName.TOP_P: QT_TRANSLATE_NOOP("Params", "Top P"),
    ParamName.TOP_K: QT_TRANSLATE_NOOP("Params", "Top K"),
    ParamName.MIN_P: QT_TRANSLATE_NOOP("Params", "Min P"),
    ParamName.REPEAT_PENALTY: QT_TRANSLATE_NOOP("Params", "Repeat penalty"),
    ParamName.STOP: QT_TRANSLATE_NOOP("Params", "Stop texts"),
    ParamName.SEED: QT_TRANSLATE_NOOP("Params", "Seed"),
    ParamName.REASONING_EFFORT: QT_TRANSLATE_NOOP("Params", "Reasoning effort"),
    ParamName.JSON_SCHEMA: QT_TRANSLATE_NOOP("Params", "JSON schema"),
}
_HINTS: Final = {
    ParamName.TEMPERATURE: QT_TRANSLATE_NOOP("Params", "0 to 2; higher is more varied"),
    ParamName.MAX_TOKENS: QT_TRANSLATE_NOOP("Params", "-1 for no limit"),
    ParamName.TOP_P: QT_TRANSLATE_NOOP("Params", "0 to 1; the share drawn from"),
    ParamName.TOP_K: QT_TRANSLATE_NOOP("Params", "Draws from so many; 0 for all"),
    ParamName.MIN_P: QT_TRANSLATE_NOOP("Params", "0 to 1; leaves out the unlikely"),
    ParamName.REPEAT_PENALTY: QT_TRANSLATE_NOOP("Params", "Above 1: repeats less"),
    ParamName.STOP: QT_TRANSLATE_NOOP("Params", "One on each line; a reply ends before it"),
    ParamName.SEED: QT_TRANSLATE_NOOP("Params", "For repeatable replies"),
    ParamName.REASONING_EFFORT: QT_TRANSLATE_NOOP("Params", "How long it thinks"),
    ParamName.JSON_SCHEMA: QT_TRANSLATE_NOOP("Params", "Each reply is JSON of this form"),
}


def param_label(name: ParamName) -> str:
    """Return what a parameter is called."""
    return QCoreApplication.translate("Params", str(_LABELS[name]))


def param_hint(name: ParamName) -> str:
    """Return what a parameter can be, and what it does."""
    return QCoreApplication.translate("Params", str(_HINTS[name]))


def param_labels(names: Iterable[ParamName]) -> str:
    """Return several parameters in one line, in their usual order."""
    wanted = set(names)
    return ", ".join(param_label(name) for name in ParamName if name in wanted)


def param_value(name: ParamName, value: Any) -> str:
    """Return a value as it is read."""
    if name is ParamName.MAX_TOKENS and value == -1:
        return QCoreApplication.translate("Params", "none")
    if name is ParamName.STOP:
        return ", ".join(f"“{' '.join(text.split()) or repr(text)}”" for text in value)
    if isinstance(value, float):
        return QLocale().toString(value, "g", 6)
    if isinstance(value, int):
        return str(value) if name is ParamName.SEED else QLocale().toString(value)
    return str(value)


def params_summary(params: GenerationParams) -> str:
    """Return what was chosen in one line; "" for nothing."""
    parts = []
    for name, value in params.chosen.items():
        is_long = name is ParamName.JSON_SCHEMA
        words = "" if is_long else f" {param_value(name, value)[:LONGEST]}"
        parts.append(f"{param_label(name)}{words}")
    return ", ".join(parts)
