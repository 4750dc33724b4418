"""Reads and drives a window as a screen reader does. Runs with the system's own Python.

pyatspi comes with the system and cannot be installed into a virtual environment, so this file
is started as a program: it reads one JSON object a line and answers each with one.
"""

import json
import sys

import pyatspi
from gi.repository import Atspi, GLib  # type: ignore[import-not-found]

APPLICATION = "desktop-chat"
STATES = {
    "showing": pyatspi.STATE_SHOWING,
    "visible": pyatspi.STATE_VISIBLE,
    "enabled": pyatspi.STATE_ENABLED,
    "focused": pyatspi.STATE_FOCUSED,
    "busy": pyatspi.STATE_BUSY,
    "editable": pyatspi.STATE_EDITABLE,
    "selected": pyatspi.STATE_SELECTED,
}


def windows(pid):
    """The top-level windows of one process."""
    context = GLib.MainContext.default()
    while context.pending():
        context.iteration(False)
    desktop = pyatspi.Registry.getDesktop(0)
    desktop.clear_cache()
    found: list = []
    for application in desktop:
        if application is not None and application.get_process_id() == pid:
            application.clear_cache()
            found.extend(window for window in application if window is not None)
    return found


def walk(accessible):
    """The object and everything in it; an object that vanishes meanwhile is left out."""
    yield accessible
    try:
        count = accessible.childCount
    except GLib.GError:
        return
    for number in range(count):
        try:
            child = accessible.getChildAtIndex(number)
        except GLib.GError:
            continue
        if child is not None:
            yield from walk(child)


def find(order):
    """The first object of this name, and role if one is given."""
    for window in windows(order["pid"]):
        for accessible in walk(window):
            try:
                is_it = accessible.name == order["name"]
                role = accessible.getRoleName()
            except GLib.GError:
                continue
            if is_it and order.get("role") in (None, role):
                return accessible
    return None


def described(accessible):
    """What a screen reader would say of an object."""
    states = accessible.getState()
    return {
        "name": accessible.name,
        "role": accessible.getRoleName(),
        "description": accessible.description,
        "states": [name for name, state in STATES.items() if states.contains(state)],
        "value": value_of(accessible),
    }


def value_of(accessible):
    """The value that stands in a field or a choice."""
    try:
        return accessible.queryText().getText(0, -1)
    except NotImplementedError:
        pass
    try:
        selection = accessible.querySelection()
        if selection.nSelectedChildren:
            return selection.getSelectedChild(0).name
    except (NotImplementedError, AttributeError):
        pass
    return None


def look(order):
    """Describe an object, None if it is not there."""
    found = find(order)
    return None if found is None else described(found)


def items(order):
    """Describe what is directly in an object."""
    found = find(order)
    if found is None:
        return None
    return [described(child) for child in found if child is not None]


def inside(order):
    """Describe what is in the last item of a list."""
    found = find(order)
    if found is None or not found.childCount:
        return None
    last = found.getChildAtIndex(found.childCount - 1)
    return [described(child) for child in last if child is not None]


def outline(order):
    """Name everything there is, with its role, for a test that failed."""
    return [
        f"{accessible.getRoleName()}: {accessible.name}"
        for window in windows(order["pid"])
        for accessible in walk(window)
    ]


def type_text(order):
    """Put a text into a field."""
    return bool(find(order).queryEditableText().setTextContents(order["text"]))


def press(order):
    """Do the main action of an object, as Enter or a click does."""
    return bool(find(order).queryAction().doAction(0))


def choose(order):
    """Select the item of this number in a list."""
    return bool(find(order).querySelection().selectChild(order["number"]))


def focus(order):
    """Give an object the keyboard."""
    return bool(find(order).queryComponent().grabFocus())


def key(order):
    """Press a key, such as Escape, with modifiers such as Control_L."""
    held = [Atspi.KeySynthType.PRESS, Atspi.KeySynthType.RELEASE]
    for name in order.get("held", []):
        Atspi.generate_keyboard_event(keycode(name), None, held[0])
    Atspi.generate_keyboard_event(keycode(order["key"]), None, Atspi.KeySynthType.PRESSRELEASE)
    for name in order.get("held", []):
        Atspi.generate_keyboard_event(keycode(name), None, held[1])
    return True


def keycode(name):
    """The code of a key on an ordinary keyboard of X."""
    return {"Escape": 9, "q": 24, "n": 57, "v": 55, "Control_L": 37, "Return": 36, "Delete": 119}[
        name
    ]


ORDERS = {
    "look": look,
    "items": items,
    "inside": inside,
    "outline": outline,
    "type": type_text,
    "press": press,
    "choose": choose,
    "focus": focus,
    "key": key,
}


def main():
    """Serve orders until the input ends."""
    for line in sys.stdin:
        order = json.loads(line)
        try:
            answer = {"answer": ORDERS[order["do"]](order)}
        except (GLib.GError, AttributeError, NotImplementedError, LookupError) as error:
            # The window changes while it is read: the test asks again.
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
