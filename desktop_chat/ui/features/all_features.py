"""Makes every feature of a window."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

    from desktop_chat.ui.features.context import FeatureContext


def make_features(context: FeatureContext) -> list[QObject]:
    """Make the features; each registers its commands and listens to what it needs.

    They live as long as what is returned. Their dialogs are imported when one is wanted.
    """
    from desktop_chat.ui.features.library.backups import BackupsFeature
    from desktop_chat.ui.features.library.branching import BranchingFeature
    from desktop_chat.ui.features.library.drafts import DraftsFeature
    from desktop_chat.ui.features.library.editing import EditingFeature
    from desktop_chat.ui.features.library.expiry import ExpiryFeature
    from desktop_chat.ui.features.library.exporting import ExportFeature
    from desktop_chat.ui.features.library.filing import FilingFeature
    from desktop_chat.ui.features.library.folders import FoldersFeature
    from desktop_chat.ui.features.library.importing import ImportFeature
    from desktop_chat.ui.features.library.organising import OrganisingFeature
    from desktop_chat.ui.features.library.places import PlacesFeature
    from desktop_chat.ui.features.library.printing import PrintFeature
    from desktop_chat.ui.features.library.read_only import ReadOnlyFeature
    from desktop_chat.ui.features.library.saving import SavingFeature
    from desktop_chat.ui.features.library.search import SearchFeature
    from desktop_chat.ui.features.library.trash import TrashFeature
    from desktop_chat.ui.features.library.undo import UndoFeature
    from desktop_chat.ui.features.library.upkeep import UpkeepFeature

    places = PlacesFeature(context)
    filing = FilingFeature(context)
    return [
        places,
        filing,
        FoldersFeature(context, places.tree, filing),
        OrganisingFeature(context),
        TrashFeature(context),
        UndoFeature(context),
        BackupsFeature(context),
        BranchingFeature(context),
        DraftsFeature(context),
        EditingFeature(context),
        ExpiryFeature(context),
        ExportFeature(context),
        ImportFeature(context),
        PrintFeature(context),
        ReadOnlyFeature(context),
        SavingFeature(context),
        SearchFeature(context),
        UpkeepFeature(context),
        *_engine_features(context),
    ]


def _engine_features(context: FeatureContext) -> list[QObject]:
    """Make those that are about engines and what they are asked for."""
    from desktop_chat.ui.features.engines.doctor import DoctorFeature
    from desktop_chat.ui.features.engines.models import ModelsFeature
    from desktop_chat.ui.features.engines.params import ParamsFeature
    from desktop_chat.ui.features.engines.reply_actions import ReplyActionsFeature
    from desktop_chat.ui.features.engines.servers import ServersFeature
    from desktop_chat.ui.features.engines.structured import StructuredFeature

    return [
        DoctorFeature(context),
        ModelsFeature(context),
        ParamsFeature(context),
        ReplyActionsFeature(context),
        ServersFeature(context),
        StructuredFeature(context),
    ]
