"""Addresses of model files and the names they get."""

from __future__ import annotations

import pytest

from desktop_chat.domain.errors import DownloadError
from desktop_chat.providers.model_download.names import (
    checked_checksum,
    parse_source,
    redirected,
    safe_file_name,
)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("tiny-Q8_0.gguf", "tiny-Q8_0.gguf"),
        ("Tiny.GGUF", "Tiny.gguf"),
        ("a%20b.gguf", "a b.gguf"),
        ("..%2f..%2fetc%2fpasswd", "_.._etc_passwd.gguf"),
        ("C%3A%5Cmodels.gguf", "C__models.gguf"),
        (".hidden.gguf", "hidden.gguf"),
        ("con.gguf", "model-con.gguf"),
        ("CON.q4.gguf", "model-CON.q4.gguf"),
        ("evil%E2%80%AEgnp.gguf", "evilgnp.gguf"),
        ("line%0abreak%00.gguf", "linebreak.gguf"),
        ("", "model.gguf"),
        ("download", "download.gguf"),
        ("trailing. .gguf", "trailing.gguf"),
        ("%ff%fe.gguf", "model.gguf"),
    ],
)
def test_file_name_is_safe_everywhere(given: str, name: str) -> None:
    assert safe_file_name(given) == name


def test_long_file_name_is_cut_between_letters() -> None:
    name = safe_file_name("ü" * 400 + ".gguf")
    assert len(name.encode()) <= 180
    assert name.endswith("ü.gguf")


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("https://example.org/m/tiny.gguf#top", "https://example.org/m/tiny.gguf"),
        ("example.org/tiny.gguf?key=1", "https://example.org/tiny.gguf?key=1"),
        (
            "https://huggingface.co/org/repo/blob/main/tiny.gguf",
            "https://huggingface.co/org/repo/resolve/main/tiny.gguf",
        ),
        ("http://127.0.0.1:8080/tiny.gguf", "http://127.0.0.1:8080/tiny.gguf"),
        ("http://localhost/tiny.gguf", "http://localhost/tiny.gguf"),
    ],
)
def test_address_is_understood(typed: str, url: str) -> None:
    source = parse_source(f"  {typed} ")
    assert (source.url, source.file_name) == (url, "tiny.gguf")
    assert "key" not in source.shown


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("http://example.org/tiny.gguf", "only https"),
        ("file:///etc/passwd", "no address"),
        ("ftp://example.org/tiny.gguf", "only https"),
        ("https://", "no address"),
        ("https://example.org", "names no file"),
        ("https://example.org:99999/tiny.gguf", "out of range"),
        ("two words.gguf", "no address"),
        ("", "no address"),
    ],
)
def test_address_that_cannot_be_used_says_why(typed: str, words: str) -> None:
    with pytest.raises(DownloadError, match=words):
        parse_source(typed)


def test_password_in_an_address_is_not_repeated() -> None:
    with pytest.raises(DownloadError, match="do not belong") as caught:
        parse_source("https://user:s3cret@example.org/tiny.gguf")
    assert "s3cret" not in str(caught.value)


def test_redirect_to_https_elsewhere_is_followed() -> None:
    target = redirected("https://a.org/x", "https://b.org/y?sign=1", "m")
    assert target == "https://b.org/y?sign=1"
    assert redirected("http://127.0.0.1:1/x", "/y", "m") == "http://127.0.0.1:1/y"


@pytest.mark.parametrize(
    "target", ["http://b.org/y", "https://127.0.0.1/y", "http://localhost:1234/", "file:///y", "x:"]
)
def test_redirect_from_afar_to_this_machine_or_without_encryption_is_refused(target: str) -> None:
    with pytest.raises(DownloadError, match="leads to"):
        redirected("https://a.org/x", target, "m")


def test_redirect_told_to_people_lacks_its_signature() -> None:
    with pytest.raises(DownloadError) as caught:
        redirected("https://a.org/x", "http://b.org/y?signature=s3cret", "m")
    assert "s3cret" not in str(caught.value)


def test_checksum_is_hex_digits_with_or_without_its_name() -> None:
    digits = "Ab" * 32
    assert checked_checksum(f" sha256:{digits}\n", "m") == "ab" * 32
    assert checked_checksum("", "m") == ""
    for wrong in ("ab" * 20, "x" * 64, "md5:" + "ab" * 32):
        with pytest.raises(DownloadError, match="no SHA-256"):
            checked_checksum(wrong, "m")
