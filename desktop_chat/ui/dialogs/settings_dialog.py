"""The settings, rendered from their declarations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop_chat.ui.dialogs.setting_fields import PathField, SettingField, make_field
from desktop_chat.ui.sizes import TEXT_GROUP, TEXT_INTERFACE, TEXT_STATUS
from desktop_chat.ui.widgets.dialog_buttons import DialogButtons
from desktop_chat.ui.widgets.label import Label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from desktop_chat.services.settings import SettingDeclaration
    from desktop_chat.ui.theme import Theme

WIDTH = 520
FOOT = 96
EDGE = 80
MARGIN = 20


class SettingsDialog(QDialog):
    """Each change counts at once; a value fixed from outside is shown as such.

    Args:
        declarations: What to show, in this order.
        values: The values in force by key.
        fixed: For each setting that is fixed from outside, by what.

    Signals:
        change_requested(key: str, value: object): the user gave a setting another value.
        open_folder_requested(): the user wants to see the data folder.
    """

    change_requested = Signal(str, object)
    open_folder_requested = Signal()

    def __init__(
        self,
        declarations: Sequence[SettingDeclaration],
        values: Mapping[str, Any],
        fixed: Mapping[str, str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._labels: list[Label] = []
        self._rows: dict[str, _SettingRow] = {}
        self._column = QVBoxLayout()
        self._build_ui()
        section = ""
        for declaration in declarations:
            if declaration.section != section:
                section = declaration.section
                self._add_section(section)
            self._add_setting(declaration, values, fixed.get(declaration.key, ""))
        self._column.addStretch(1)
        if self._rows:
            next(iter(self._rows.values())).field.control.setFocus()

    def _build_ui(self) -> None:
        self.setObjectName("settingsDialog")
        self.setWindowTitle(self.tr("Settings"))
        page = QWidget()
        page.setLayout(self._column)
        self._column.setContentsMargins(MARGIN, 4, MARGIN, 12)
        self._column.setSpacing(4)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(page)
        buttons = DialogButtons(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        close = buttons.button(QDialogButtonBox.StandardButton.Close)
        # Enter in a field ends its editing; it must not close the dialog as well.
        close.setAutoDefault(False)
        buttons.setContentsMargins(MARGIN, 0, MARGIN, 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 12, 0, 16)
        layout.addWidget(scroll, 1)
        layout.addWidget(buttons)

    def _add_section(self, title: str) -> None:
        label = Label(_tr(title), px=TEXT_GROUP, ink="faint", is_strong=True)
        self._labels.append(label)
        if self._rows:
            self._column.addSpacing(12)
        self._column.addWidget(label)
        self._column.addSpacing(4)

    def _add_setting(
        self, declaration: SettingDeclaration, values: Mapping[str, Any], fixed_by: str
    ) -> None:
        row = _SettingRow(declaration, fixed_by, self)
        row.field.set_value(values.get(declaration.key, declaration.default))
        row.changed.connect(self._on_row_changed)
        if isinstance(row.field, PathField):
            row.field.open_requested.connect(self.open_folder_requested)
        self._labels += row.labels
        self._rows[declaration.key] = row
        for part in row.parts:
            self._column.addWidget(part)
        self._column.addSpacing(8)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        for label in self._labels:
            label.set_theme(theme)
        self._column.activate()
        room = self.screen().availableGeometry()
        width = min(theme.px(WIDTH), room.width() - EDGE)
        height = self._column.totalHeightForWidth(width - MARGIN) + theme.px(FOOT)
        self.resize(width, min(height, room.height() - EDGE))

    def set_value(self, key: str, value: Any) -> None:
        """Show the value in force after a change."""
        self._rows[key].field.set_value(value)

    def set_error(self, key: str, text: str) -> None:
        """Say at its field why a value cannot be used; the next change takes it away."""
        self._rows[key].set_note(text, is_error=True)

    def set_notice(self, key: str, text: str) -> None:
        """Say something about a value at its field; the next change takes it away."""
        self._rows[key].set_note(text, is_error=False)

    @Slot(str, object)
    def _on_row_changed(self, key: str, value: object) -> None:
        self._rows[key].set_note("", is_error=False)
        self.change_requested.emit(key, value)


class _SettingRow(QObject):
    """Label, control and words of one setting.

    Signals:
        changed(key: str, value: object)
    """

    changed = Signal(str, object)

    def __init__(self, declaration: SettingDeclaration, fixed_by: str, parent: QObject) -> None:
        super().__init__(parent)
        self._key = declaration.key
        label = _tr(declaration.label)
        words = _tr(declaration.help) if declaration.help else ""
        self.field: SettingField = make_field(declaration)
        self._title = Label(label, px=TEXT_INTERFACE)
        self._title.setBuddy(self.field.control)
        self._help = Label(px=TEXT_STATUS, ink="muted")
        self._note = Label(px=TEXT_STATUS, ink="error")
        self._note.hide()
        if fixed_by:
            self.field.set_fixed()
            fixed = _tr("Set by {0}; change it there.").format(fixed_by)
            words = f"{words} {fixed}".strip()
        self._help.setText(words)
        self._help.setVisible(bool(words))
        for wrapped in (self._help, self._note):
            wrapped.setWordWrap(True)
        self.field.control.setObjectName(declaration.key)
        self.field.control.setAccessibleName(label)
        self.field.control.setAccessibleDescription(words)
        self.field.changed.connect(self._on_field_changed)
        self.labels = [self._title, self._help, self._note]
        self.parts: list[QWidget] = [self._title, self.field.widget, self._help, self._note]

    def set_note(self, text: str, *, is_error: bool) -> None:
        """Show a sentence under the field; "" takes it away."""
        self._note.set_ink("error" if is_error else "muted")
        self._note.setText(text)
        self._note.setVisible(bool(text))
        self.field.control.setAccessibleDescription(text or self._help.text())

    @Slot(object)
    def _on_field_changed(self, value: object) -> None:
        self.changed.emit(self._key, value)


def _tr(text: str) -> str:
    return QCoreApplication.translate("settings", text)
