"""The window that shows all branches of a chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QColor, QIcon, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QFrame,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from desktop_chat.ui.item_models.branch_tree import BranchRole, BranchTreeModel
from desktop_chat.ui.sizes import TEXT_INTERFACE
from desktop_chat.ui.tree.branch_delegate import BranchDelegate
from desktop_chat.ui.widgets.dialog_buttons import DialogButtons
from desktop_chat.ui.widgets.label import Label

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent
    from typing_extensions import override

    from desktop_chat.domain.branches import BranchRow
    from desktop_chat.domain.message import MessageId
    from desktop_chat.ui.theme import Theme

WIDTH, HEIGHT = 760, 560
MARGIN = 20
INDENT = 20
# More open branches than one looks through take their time to be laid out.
MOST_OPEN = 200


class BranchTreeDialog(QDialog):
    """All messages of a chat; Enter or a double click goes to one.

    Args:
        rows: The top level, as `domain.branches.arrange` returns it.
        theme: Colours and text size.
        parent: The window that it belongs to.

    Signals:
        jump_requested(object): id of the message to be shown; the dialog is closed by then.
        branch_requested(object): id of the message whose path shall be a chat of its own.
    """

    jump_requested = Signal(object)
    branch_requested = Signal(object)

    def __init__(
        self, rows: Sequence[BranchRow], theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._model = BranchTreeModel(rows, self)
        self.view = _BranchView()
        self._intro = Label(px=TEXT_INTERFACE, ink="muted")
        self._buttons = DialogButtons()
        self._build_ui(theme)
        self.view.chosen.connect(self._on_view_chosen)
        self.resize(theme.px(WIDTH), theme.px(HEIGHT))

    def _build_ui(self, theme: Theme) -> None:
        self.setObjectName("branchTreeDialog")
        self.setWindowTitle(self.tr("All branches"))
        self._intro.setText(
            self.tr("The muted lines branch off the conversation shown.")
            if self._model.has_branches
            else self.tr(
                "This conversation has no branches yet. Edit a message or regenerate a reply "
                "to make one."
            )
        )
        self._intro.setWordWrap(True)
        self._intro.set_theme(theme)
        self.view.setModel(self._model)
        self.view.setItemDelegate(BranchDelegate(theme, self.view))
        self.view.setIndentation(theme.px(INDENT))
        palette = self.view.palette()
        # Or Qt paints what is left of a selected row in it; the delegate does the rest.
        palette.setColor(QPalette.ColorRole.Highlight, QColor(theme.window))
        self.view.setPalette(palette)
        role = QDialogButtonBox.ButtonRole
        show = self._buttons.addButton(self.tr("Show"), role.AcceptRole)
        branch = self._buttons.addButton(self.tr("Branch into a new chat"), role.ActionRole)
        close = self._buttons.addButton(QDialogButtonBox.StandardButton.Close)
        close.setIcon(QIcon())  # the style's own, of another set than ours
        show.setDefault(True)
        self._buttons.accepted.connect(self._on_show_clicked)
        self._buttons.rejected.connect(self.reject)
        branch.clicked.connect(self._on_branch_clicked)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.setSpacing(12)
        column.addWidget(self._intro)
        column.addWidget(self.view, 1)
        column.addWidget(self._buttons)

    def select(self, message_id: MessageId | None) -> None:
        """Select a message, or the end of the conversation shown, with its surroundings open."""
        for number, index in enumerate(self._model.branching()):
            if number == MOST_OPEN:
                break
            self.view.expand(index)
        index = QModelIndex() if message_id is None else self._model.index_of(message_id)
        if not index.isValid():
            index = self._model.last_shown()
        self.view.setCurrentIndex(index)
        self.view.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _chosen(self) -> MessageId | None:
        index = self.view.currentIndex()
        found: MessageId | None = index.data(BranchRole.MESSAGE_ID) if index.isValid() else None
        return found

    @Slot()
    def _on_view_chosen(self) -> None:
        self._on_show_clicked()

    @Slot()
    def _on_show_clicked(self) -> None:
        message_id = self._chosen()
        self.accept()
        if message_id is not None:
            self.jump_requested.emit(message_id)

    @Slot()
    def _on_branch_clicked(self) -> None:
        message_id = self._chosen()
        self.accept()
        if message_id is not None:
            self.branch_requested.emit(message_id)


class _BranchView(QTreeView):
    """A tree without header in which Enter and a double click choose a row.

    Signals:
        chosen()
    """

    chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("branchTree")
        self.setAccessibleName(self.tr("All branches"))
        self.setHeaderHidden(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformRowHeights(True)
        self.setMouseTracking(True)
        self.setExpandsOnDoubleClick(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.doubleClicked.connect(self._on_double_clicked)

    @Slot()
    def _on_double_clicked(self) -> None:
        self.chosen.emit()

    # Qt overrides

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.chosen.emit()
        else:
            super().keyPressEvent(event)
