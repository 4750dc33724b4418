"""The connection doctor: what is reachable, what is wrong, and what to do."""

from desktop_chat.services.doctor.finding import Finding, report_text
from desktop_chat.services.doctor.places import SOUND_SQLITE, unusable_data_dir
from desktop_chat.services.doctor.service import DoctorService, examine

__all__ = [
    "SOUND_SQLITE",
    "DoctorService",
    "Finding",
    "examine",
    "report_text",
    "unusable_data_dir",
]
