"""The models dialog and what it opens: what is shown, and what can be asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QProgressBar, QPushButton

from desktop_chat.domain.engine_features import (
    DownloadProgress,
    DownloadState,
    EngineFeatures,
    LoadOptions,
)
from desktop_chat.domain.errors import UnauthorizedError
from desktop_chat.domain.model_info import (
    EMBEDDED,
    LM_STUDIO,
    ModelInfo,
    ModelInstance,
    ModelKind,
    ModelRef,
)
from desktop_chat.services.engines.service import EngineState, EngineStatus
from desktop_chat.ui.controllers.model_jobs import JobKind, ModelJob
from desktop_chat.ui.dialogs.models.download_dialog import DownloadDialog
from desktop_chat.ui.dialogs.models.load_dialog import LoadDialog
from desktop_chat.ui.dialogs.models.model_rows import ListedEngine, ModelKey, rows_of
from desktop_chat.ui.dialogs.models.models_dialog import ModelsDialog
from desktop_chat.ui.theme import load_theme

FULL = EngineFeatures(
    load_options=frozenset({"context_length", "flash_attention"}),
    can_unload=True,
    can_download=True,
)
GEMMA = ModelInfo(
    "gemma",
    "gemma",
    ModelKind.CHAT,
    is_loaded=True,
    quantization="Q4_K_M",
    size_bytes=17_990_000_000,
    max_context_length=262144,
    parameters="26B-A4B",
    has_vision=True,
    has_tools=True,
    reasoning_options=("off", "on"),
    instances=(ModelInstance("gemma", 4096),),
)
TWICE = replace(
    GEMMA,
    id="qwen",
    name="qwen",
    file_format="mlx",
    instances=(ModelInstance("qwen", 8192), ModelInstance("qwen:2", 32768)),
)
COLD = ModelInfo("cold", "cold", ModelKind.CHAT, is_loaded=False, max_context_length=8192)
EMBED = ModelInfo("embed", "embed", ModelKind.EMBEDDING, is_loaded=False)
LIST = [
    ListedEngine(
        EngineStatus(LM_STUDIO, EngineState.READY, features=FULL), [GEMMA, TWICE, COLD, EMBED]
    ),
    ListedEngine(
        EngineStatus(
            "server-1", EngineState.WRONG, error=UnauthorizedError(url="x"), label="Cluster"
        ),
        [],
    ),
    ListedEngine(EngineStatus("server-2", EngineState.READY, label="Plain"), [COLD]),
]
THEME = load_theme("light")


@pytest.fixture(autouse=True)
def english():
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.English))
    yield
    QLocale.setDefault(before)


@pytest.fixture
def dialog(qtbot):
    shown = ModelsDialog()
    qtbot.addWidget(shown)
    shown.set_theme(THEME)
    shown.set_engines(LIST)
    shown.show()
    return shown


def row_of(key, listed=LIST):
    return next(row for row in rows_of(listed) if row.key == key)


def enabled(dialog):
    names = ("loadButton", "unloadButton", "useButton", "downloadButton")
    return {name for name in names if dialog.findChild(QPushButton, name).isEnabled()}


def test_model_tells_type_size_quantization_and_what_it_can_do():
    row = row_of(ModelKey(ModelRef(LM_STUDIO, "gemma")))
    assert row.detail == (
        "26B-A4B · Q4_K_M · 18.0 GB · sees images · tools · reasoning · up to 262,144 tokens"
    )
    assert row.state == "in memory with 4,096 tokens"
    assert row.has_dot


def test_model_that_is_twice_in_memory_shows_each_instance():
    rows = [row for row in rows_of(LIST) if "qwen" in row.title]
    assert [(row.title, row.state) for row in rows] == [
        ("qwen", "2 times in memory"),
        ("qwen", "in memory with 8,192 tokens"),
        ("qwen:2", "in memory with 32,768 tokens"),
    ]
    assert "MLX" in rows[0].detail


def test_embedding_model_is_listed_as_such_and_cannot_be_used(dialog):
    assert "not for chats" in row_of(ModelKey(ModelRef(LM_STUDIO, "embed"))).detail
    dialog.choose(ModelRef(LM_STUDIO, "embed"))
    assert "useButton" not in enabled(dialog)
    assert "loadButton" in enabled(dialog)


def test_engines_are_headings_with_what_is_wrong():
    headings = {row.title: row.state for row in rows_of(LIST) if row.is_heading}
    assert headings == {"LM Studio": "", "Cluster": "wants a key", "Plain": ""}


def test_scenario_113_engine_without_model_control_offers_neither_load_nor_unload(dialog):
    dialog.choose(ModelRef("server-2", "cold"))
    assert enabled(dialog) == {"useButton", "downloadButton"}
    dialog.set_engines(LIST[2:])
    assert enabled(dialog) == {"useButton"}


def test_model_that_is_not_loaded_cannot_be_unloaded(dialog):
    dialog.choose(ModelRef(LM_STUDIO, "cold"))
    assert "unloadButton" not in enabled(dialog)
    dialog.choose(ModelRef(LM_STUDIO, "gemma"))
    assert "unloadButton" in enabled(dialog)


@pytest.mark.parametrize(
    ("key", "instance_id"),
    [
        (ModelKey(ModelRef(LM_STUDIO, "qwen"), "qwen"), "qwen"),
        (ModelKey(ModelRef(LM_STUDIO, "qwen"), "qwen:2"), "qwen:2"),
        (ModelKey(ModelRef(LM_STUDIO, "qwen")), "qwen:2"),
        (ModelKey(ModelRef(LM_STUDIO, "gemma")), "gemma"),
    ],
)
def test_scenario_117_unload_names_the_right_instance(dialog, qtbot, key, instance_id):
    dialog.list.choose(key)
    with qtbot.waitSignal(dialog.unload_requested) as asked:
        dialog.findChild(QPushButton, "unloadButton").click()
    assert asked.args == [key.ref, instance_id]


def test_scenario_114_five_hundred_odd_names_are_complete_and_can_be_filtered(dialog):
    names = [f"org/mo del-{number}@q4 🦙 <b>" for number in range(500)]
    models = [ModelInfo(name, name) for name in names]
    dialog.set_engines([ListedEngine(EngineStatus(LM_STUDIO, EngineState.READY), models)])
    assert len(dialog.list.rows) == 501
    QTest.keyClicks(dialog.findChild(QLineEdit, "modelFilter"), "DEL-499@")
    assert [row.title for row in dialog.list.rows] == ["LM Studio", names[499]]


def test_enter_uses_the_chosen_model(dialog, qtbot):
    dialog.choose(ModelRef("server-2", "cold"))
    with qtbot.waitSignal(dialog.use_requested) as asked:
        QTest.keyClick(dialog.list, Qt.Key.Key_Return)
    assert asked.args == [ModelRef("server-2", "cold")]


def test_choice_stays_when_the_engines_are_seen_anew(dialog):
    dialog.choose(ModelRef(LM_STUDIO, "cold"))
    loaded = replace(COLD, is_loaded=True, context_length=2048)
    dialog.set_engines([replace(LIST[0], models=[GEMMA, loaded]), *LIST[1:]])
    assert dialog.list.current_row().title == "cold"
    assert "unloadButton" in enabled(dialog)


def test_download_shows_amount_speed_and_time_left(dialog):
    progress = DownloadProgress(DownloadState.RUNNING, 1_200_000_000, 4_800_000_000, 30e6)
    job = ModelJob(7, JobKind.DOWNLOAD, "https://h/a.gguf", EMBEDDED, 0.0, progress=progress)
    dialog.jobs.set_jobs([job])
    assert shown_texts(dialog.jobs) == [
        "Fetching a.gguf",
        "1.2 GB of 4.8 GB · 30.0 MB/s · about 2 min left",
    ]
    bar = dialog.jobs.findChild(QProgressBar)
    assert bar.isVisible()
    assert bar.value() == 250


def test_scenario_122_paused_download_says_so(dialog):
    progress = DownloadProgress(DownloadState.PAUSED, 10, 100)
    dialog.jobs.set_jobs([ModelJob(7, JobKind.DOWNLOAD, "x/y", LM_STUDIO, 0.0, progress=progress)])
    assert shown_texts(dialog.jobs)[1].startswith("paused · ")


def test_scenario_116_load_shows_its_time_and_stops_waiting(dialog, qtbot):
    dialog.jobs.set_jobs([ModelJob(3, JobKind.LOAD, "gemma", LM_STUDIO, 0.0, elapsed_s=12.4)])
    assert shown_texts(dialog.jobs) == ["Loading gemma", "12 s"]
    button = dialog.jobs.findChild(QPushButton, "cancelJobButton")
    assert button.text() == "Stop waiting"
    with qtbot.waitSignal(dialog.jobs.cancel_requested) as asked:
        button.click()
    assert asked.args == [3]
    dialog.jobs.set_jobs([])
    assert not dialog.jobs.isVisible()


def shown_texts(jobs):
    return [label.text() for label in jobs.findChildren(QLabel) if label.text()]


@pytest.fixture
def load(qtbot):
    shown = LoadDialog(ModelRef(LM_STUDIO, "cold"), COLD, FULL)
    qtbot.addWidget(shown)
    shown.set_theme(THEME)
    shown.show()
    return shown


def test_load_offers_only_what_the_engine_understands(load):
    assert load.findChild(QLineEdit, "context_length") is not None
    assert load.findChild(QLineEdit, "threads") is None
    assert load.findChild(QLineEdit, "gpu_layers") is None


def test_load_passes_on_only_what_was_entered(load, qtbot):
    assert load.fields.options() == LoadOptions()
    QTest.keyClicks(load.findChild(QLineEdit, "context_length"), "4096")
    with qtbot.waitSignal(load.load_requested) as asked:
        QTest.keyClick(load, Qt.Key.Key_Return)
    assert asked.args == [ModelRef(LM_STUDIO, "cold"), LoadOptions(context_length=4096)]


def test_context_larger_than_the_model_takes_cannot_be_entered(load):
    QTest.keyClicks(load.findChild(QLineEdit, "context_length"), "81920")
    assert load.fields.options().context_length in (None, 8192)
    assert "8,192 at most" in load.findChild(QLineEdit, "context_length").placeholderText()


def test_choice_of_flash_attention_is_passed_on(load):
    box = load.fields._choices["flash_attention"]
    box.setCurrentIndex(2)
    box.activated.emit(2)
    assert load.fields.options() == LoadOptions(flash_attention=False)


def test_estimate_that_does_not_fit_warns_before_the_load(load):
    load.set_estimate(21_400_000_000, 12_300_000_000, fits=False)
    words = load.findChild(QLabel, "memoryEstimate").text()
    assert "21.4 GB" in words
    assert "12.3 GB are free" in words
    assert "will not fit" in words
    assert load.findChild(QPushButton, "loadNowButton").text() == "Load all the same"
    load.set_estimate(1_000_000, 12_300_000_000, fits=True)
    assert "not fit" not in load.findChild(QLabel, "memoryEstimate").text()


def test_context_of_an_mlx_model_is_not_left_to_be_all_that_it_can_take(qtbot):
    mlx = replace(COLD, file_format="mlx", max_context_length=131072)
    shown = LoadDialog(ModelRef(LM_STUDIO, "cold"), mlx, FULL)
    qtbot.addWidget(shown)
    assert shown.fields.options().context_length == 8192


def test_load_of_a_loaded_model_says_that_it_is_a_second_one(qtbot):
    shown = LoadDialog(ModelRef(LM_STUDIO, "gemma"), GEMMA, FULL)
    qtbot.addWidget(shown)
    shown.set_theme(THEME)
    assert any("once more" in label.text() for label in shown.findChildren(QLabel))


@pytest.fixture
def download(qtbot):
    shown = DownloadDialog([(LM_STUDIO, "LM Studio"), (EMBEDDED, "Built-in engine")])
    qtbot.addWidget(shown)
    shown.set_theme(THEME)
    shown.show()
    return shown


def test_download_asks_for_a_name_and_no_checksum_where_there_is_a_catalogue(download, qtbot):
    assert not download.checksum.isVisible()
    QTest.keyClicks(download.source, " ibm/granite-4-micro ")
    with qtbot.waitSignal(download.download_requested) as asked:
        QTest.keyClick(download.source, Qt.Key.Key_Return)
    assert asked.args == [LM_STUDIO, "ibm/granite-4-micro", ""]


def test_download_by_address_takes_a_checksum_that_is_one(download, qtbot):
    download.engine.setCurrentIndex(1)
    download.engine.activated.emit(1)
    start = download.findChild(QPushButton, "startDownloadButton")
    assert not start.isEnabled()
    QTest.keyClicks(download.source, "https://h/a.gguf")
    QTest.keyClicks(download.checksum, "abc")
    assert not start.isEnabled()
    download.checksum.setText("AB" * 32)
    with qtbot.waitSignal(download.download_requested) as asked:
        start.click()
    assert asked.args == [EMBEDDED, "https://h/a.gguf", "ab" * 32]
