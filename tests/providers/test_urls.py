"""Addresses that users type."""

from __future__ import annotations

import pytest

from desktop_chat.domain.errors import InvalidServerUrlError
from desktop_chat.providers.wire.urls import is_private_host, normalise_base_url


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("http://127.0.0.1:1234", "http://127.0.0.1:1234"),
        (" 127.0.0.1:1234/\n", "http://127.0.0.1:1234"),
        ("localhost:1234", "http://localhost:1234"),
        ("HTTP://LocalHost:1234//", "http://localhost:1234"),
        ("http://127.0.0.1:1234/v1", "http://127.0.0.1:1234"),
        ("http://127.0.0.1:1234/v1/", "http://127.0.0.1:1234"),
        ("http://127.0.0.1:1234/v1/chat/completions", "http://127.0.0.1:1234"),
        ("http://127.0.0.1:1234/v1/models", "http://127.0.0.1:1234"),
        ("http://127.0.0.1:1234/api/v1", "http://127.0.0.1:1234"),
        ("http://127.0.0.1:1234/api/v0/models", "http://127.0.0.1:1234"),
        ("http://127.0.0.1:1234/api/v1/chat", "http://127.0.0.1:1234"),
        ("https://example.org/api/v1", "https://example.org/api"),
        ("https://example.org/models", "https://example.org/models"),
        ("http://[::1]:1234", "http://[::1]:1234"),
        ("http://bücher.example", "http://bücher.example"),
    ],
)
def test_normalise_typed_address_gives_base_url(typed, expected):
    assert normalise_base_url(typed) == expected
    assert normalise_base_url(expected) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "http://",
        "ftp://127.0.0.1",
        "http://127.0.0.1:99999",
        "http://127.0.0.1:0",
        "http://127.0.0.1:abc",
        "http://127.0.0.1:",
        "http://[::1",
        "http://[fe80::1%25eth0]:1234",
        "http://[zz]:1",
        "http://a b:1",
        "http://a\r\nHost: b:1",
        "http://a\u202eb",
        "http://127.0.0.1:1234/?a=1",
        "http://127.0.0.1:1234/#a",
        "http://a..b",
        "http://-" + "a" * 260,
        "http://" + "ü" * 70,
        "http://a_$b",
        "://",
    ],
)
def test_normalise_impossible_address_raises(typed):
    with pytest.raises(InvalidServerUrlError) as caught:
        normalise_base_url(typed)
    assert caught.value.fields["detail"]


def test_normalise_address_with_password_does_not_repeat_it():
    with pytest.raises(InvalidServerUrlError) as caught:
        normalise_base_url("http://me:secret@host:1234")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("host", "is_private"),
    [
        ("127.0.0.1", True),
        ("localhost", True),
        ("[::1]", True),
        ("192.168.1.7", True),
        ("169.254.0.1", True),
        ("nas", True),
        ("nas.local", True),
        ("8.8.8.8", False),
        ("example.org", False),
    ],
)
def test_is_private_host(host, is_private):
    assert is_private_host(host) is is_private
