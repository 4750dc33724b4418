"""`desktop-chat doctor`: what is reachable, what is wrong, and what to do."""

from __future__ import annotations

import asyncio
import json
import textwrap
from typing import TYPE_CHECKING, Any

from desktop_chat.commands.status import DONE, FAILED
from desktop_chat.domain.errors import DataDirectoryUnusableError
from desktop_chat.services.doctor import examine, unusable_data_dir
from desktop_chat.services.launch import read_launch

if TYPE_CHECKING:
    from collections.abc import Mapping


def run(options: Mapping[str, Any]) -> int:
    """Print the findings; succeed if all that is needed works."""
    try:
        launch = read_launch(options, reads_working_directory=True, makes_directory=False)
    except DataDirectoryUnusableError as error:
        findings = [unusable_data_dir(error)]
    else:
        findings = asyncio.run(examine(launch))
    if options["json"]:
        print(json.dumps({"findings": [f.as_dict() for f in findings]}, ensure_ascii=False))
    else:
        for finding in findings:
            print(finding)
            if finding.exchange and not finding.is_ok:
                print(textwrap.indent(finding.exchange, " " * 6))
    return DONE if all(f.is_ok for f in findings if f.is_needed) else FAILED
