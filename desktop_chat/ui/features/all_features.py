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
    from desktop_chat.ui.features.backups import BackupsFeature
    from desktop_chat.ui.features.branching import BranchingFeature
    from desktop_chat.ui.features.drafts import DraftsFeature
    from desktop_chat.ui.features.editing import EditingFeature
    from desktop_chat.ui.features.expiry import ExpiryFeature
    from desktop_chat.ui.features.exporting import ExportFeature
    from desktop_chat.ui.features.filing import FilingFeature
    from desktop_chat.ui.features.folders import FoldersFeature
    from desktop_chat.ui.features.importing import ImportFeature
    from desktop_chat.ui.features.organising import OrganisingFeature
    from desktop_chat.ui.features.places import PlacesFeature
    from desktop_chat.ui.features.printing import PrintFeature
    from desktop_chat.ui.features.read_only import ReadOnlyFeature
    from desktop_chat.ui.features.saving import SavingFeature
    from desktop_chat.ui.features.search import SearchFeature
    from desktop_chat.ui.features.trash import TrashFeature
    from desktop_chat.ui.features.undo import UndoFeature
    from desktop_chat.ui.features.upkeep import UpkeepFeature

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
    from desktop_chat.ui.features.doctor import DoctorFeature
    from desktop_chat.ui.features.models import ModelsFeature
    from desktop_chat.ui.features.params import ParamsFeature
    from desktop_chat.ui.features.reply_actions import ReplyActionsFeature
    from desktop_chat.ui.features.servers import ServersFeature
    from desktop_chat.ui.features.structured import StructuredFeature

    return [
        DoctorFeature(context),
        ModelsFeature(context),
        ParamsFeature(context),
        ReplyActionsFeature(context),
        ServersFeature(context),
        StructuredFeature(context),
    ]
