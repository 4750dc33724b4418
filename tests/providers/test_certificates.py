"""Certificates that no authority signed: refused, looked at, trusted one by one."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from desktop_chat.domain import errors
from desktop_chat.domain.stream import StreamFinished
from desktop_chat.providers.openai_compatible import OpenAICompatibleProvider
from desktop_chat.providers.probe import probe_models
from desktop_chat.providers.wire.access import ServerAccess
from desktop_chat.providers.wire.certificates import (
    fetch_certificate,
    fingerprint_of,
    pinned_context,
)
from tests.providers.fault_server import OPEN_HEAD, Visit, fault_server, frame, words
from tests.providers.replies import ask, events_and_error, events_of, http_reply, json_reply

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


def tls_of(certificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def pem_of(certificate) -> str:
    return str(certificate.cert_chain_pems[0].bytes(), "ascii")


async def answers(visit: Visit) -> None:
    if visit.request.startswith(b"GET"):
        await visit.send(json_reply(200, {"data": [{"id": "m"}]}))
    else:
        await visit.send(OPEN_HEAD + words("a") + frame("[DONE]"))


def expired(authority):
    return authority.issue_cert("127.0.0.1", not_after=datetime.now(UTC) - timedelta(days=1))


@pytest.mark.parametrize("names", [["127.0.0.1"], ["other.example"]])
async def test_row_42_unknown_certificate_is_refused_and_nothing_is_sent(authority, names):
    tls = tls_of(authority.issue_cert(*names))
    async with fault_server(answers, tls=tls) as server:
        provider = OpenAICompatibleProvider(server.url, "sk-key")
        _, error = await events_and_error(provider, ask("m"))
        result = await probe_models(server.url, "sk-key")
        assert not any(visit.request for visit in server.visits)
    assert type(error) is errors.CertificateError
    assert type(result.error) is errors.CertificateError
    assert "certificate" in error.fields["detail"]


@pytest.mark.parametrize("kind", ["usual", "expired", "other name"])
async def test_row_42_trusted_certificate_is_looked_at_pinned_and_used(authority, kind):
    name = "other.example" if kind == "other name" else "127.0.0.1"
    certificate = expired(authority) if kind == "expired" else authority.issue_cert(name)
    async with fault_server(answers, tls=tls_of(certificate)) as server:
        found = await fetch_certificate(server.url)
        access = ServerAccess(certificate=found.pem)
        provider = OpenAICompatibleProvider(server.url, "sk-key", access=access)
        assert (await events_of(provider, ask("m")))[-1] == StreamFinished(None)
        result = await probe_models(server.url, access=access, has_native=False)
    assert [model.id for model in result.models] == ["m"]
    assert found.pem.strip() == pem_of(certificate).strip()
    assert found.fingerprint == fingerprint_of(found.pem)
    assert found.issuer
    assert found.expires


async def test_row_42_another_certificate_than_the_trusted_one_is_refused(authority):
    trusted = pem_of(authority.issue_cert("127.0.0.1"))
    tls = tls_of(authority.issue_cert("127.0.0.1"))
    async with fault_server(answers, tls=tls) as server:
        access = ServerAccess(certificate=trusted)
        provider = OpenAICompatibleProvider(server.url, "sk-key", access=access)
        _, error = await events_and_error(provider, ask("m"))
        result = await probe_models(server.url, "sk-key", access=access)
        assert not any(visit.request for visit in server.visits)
    assert type(error) is errors.CertificateChangedError
    assert type(result.error) is errors.CertificateChangedError


async def test_row_42_what_a_trusted_authority_signed_is_not_what_was_trusted(authority):
    tls = tls_of(authority.issue_cert("127.0.0.1"))
    async with fault_server(answers, tls=tls) as server:
        access = ServerAccess(certificate=authority.cert_pem.bytes().decode())
        provider = OpenAICompatibleProvider(server.url, "sk-key", access=access)
        _, error = await events_and_error(provider, ask("m"))
        assert not any(visit.request for visit in server.visits)
    assert type(error) is errors.CertificateChangedError


async def test_fetch_certificate_of_plain_http_says_so():
    with pytest.raises(errors.CertificateError):
        await fetch_certificate("http://127.0.0.1:1")


async def test_fetch_certificate_where_nothing_speaks_tls_raises(refused_url):
    async with fault_server(answers) as server:
        with pytest.raises(errors.EngineError):
            await fetch_certificate(server.url.replace("http:", "https:"))
    with pytest.raises(errors.ServerUnreachableError):
        await fetch_certificate(refused_url.replace("http:", "https:"))


async def test_fetch_certificate_through_a_proxy_that_refuses_raises():
    async def refuses(visit: Visit) -> None:
        await visit.send(http_reply(407, b"login"))

    async with fault_server(refuses) as proxy:
        address = proxy.url.replace("http://", "http://me:pw@")
        with pytest.raises(errors.ProxyAnsweredError):
            await fetch_certificate("https://llm.example.org", address)
    assert b"CONNECT llm.example.org:443 HTTP/1.1" in proxy.visits[0].request
    assert b"Proxy-Authorization: Basic bWU6cHc=" in proxy.visits[0].request


@pytest.mark.parametrize("text", ["", "no certificate", "-----BEGIN CERTIFICATE-----\nx"])
def test_pinned_context_of_no_certificate_raises(text):
    with pytest.raises(errors.InvalidAccountError) as caught:
        pinned_context(text)
    assert caught.value.fields["field"] == "certificate"
