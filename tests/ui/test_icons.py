from __future__ import annotations

import pytest

from desktop_chat.assets import RESOURCES, asset_path, asset_text
from desktop_chat.ui.icons import icon, pixmap

NAMES = sorted(path.stem for path in (RESOURCES / "icons").glob("*.svg"))


@pytest.mark.parametrize("name", NAMES)
def test_icon_is_drawn_in_its_colour(qapp, name):
    picture = pixmap(name, "#ff0000", 16, 2.0)
    assert picture.width() == 32
    image = picture.toImage()
    pixels = [image.pixelColor(x, y) for x in range(32) for y in range(32)]
    inked = [pixel for pixel in pixels if pixel.alpha() > 200]
    assert inked
    if name != "app":
        assert all(pixel.red() > 200 and pixel.green() < 50 for pixel in inked)


def test_icon_has_a_picture_for_sharp_screens(qapp):
    sizes = [size.width() for size in icon("plus", "#000000").availableSizes()]
    assert max(sizes) >= 16


@pytest.mark.parametrize("name", ["../pyproject.toml", "/etc/passwd", "icons\\x.svg", "c:/x"])
def test_asset_outside_the_resources_is_refused(name):
    with pytest.raises(ValueError, match=r".+"):
        asset_path(name)


def test_licences_are_shipped():
    assert "ISC License" in asset_text("licenses/lucide.txt")
    for name in ("inter", "jetbrains-mono"):
        assert "SIL OPEN FONT LICENSE" in asset_text(f"licenses/{name}.txt")
