"""Fingerprints of certificates, as people compare them."""

from __future__ import annotations

import hashlib

PER_LINE = 16


def fingerprint_of(pem: str) -> str:
    """Return the SHA-256 fingerprint of a PEM certificate, "" if it is none."""
    import ssl  # 10 ms; most runs trust no certificate of their own

    try:
        der = ssl.PEM_cert_to_DER_cert(pem.strip())
    except ValueError:
        return ""
    return grouped(hashlib.sha256(der).hexdigest())


def grouped(fingerprint: str) -> str:
    """Return a fingerprint as pairs with colons, in lines of half its length."""
    digits = fingerprint.replace(":", "").upper()
    pairs = [digits[place : place + 2] for place in range(0, len(digits), 2)]
    lines = [pairs[place : place + PER_LINE] for place in range(0, len(pairs), PER_LINE)]
    return "\n".join(":".join(line) for line in lines)
