"""Whose certificate signed, and whether it is trusted at a time. Reads no file and no clock."""

import base64
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.verification import Criticality, ExtensionPolicy, PolicyBuilder, Store, VerificationError

from cap_formats.signature.enveloped import NAMESPACE
from cap_formats.xml import XmlElement

CERTIFICATES_MAX: Final = 8  # a signer's own and those above it; real chains have two to four


def certificates_of(signature: XmlElement) -> list[x509.Certificate]:
    """Return the certificates inside a signature, the signer's first. Raises ValueError where one is no certificate."""
    texts = signature.findall(f"{{{NAMESPACE}}}KeyInfo/{{{NAMESPACE}}}X509Data/{{{NAMESPACE}}}X509Certificate")
    if len(texts) > CERTIFICATES_MAX:
        raise ValueError(f"it has {len(texts)} certificates")
    found = [x509.load_der_x509_certificate(base64.b64decode("".join((one.text or "").split()))) for one in texts]
    issuers = {one.issuer for one in found if one.issuer != one.subject}
    return sorted(found, key=lambda one: one.subject in issuers)


def name_of(certificate: x509.Certificate) -> str:
    """Return the subject as people read it (RFC 4514)."""
    try:
        return certificate.subject.rfc4514_string()
    except ValueError:
        return f"serial number {certificate.serial_number}"


def holds_at(certificate: x509.Certificate, at: datetime) -> bool:
    """Tell whether a certificate holds at a time by its own dates."""
    return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc


def is_trusted(chain: Sequence[x509.Certificate], trusted: Sequence[x509.Certificate], at: datetime) -> bool:
    """Tell whether the first of a chain is itself trusted, or leads to one that is, at a time."""
    leaf = chain[0]
    if leaf in trusted:
        return holds_at(leaf, at)
    if not trusted:
        return False
    verifier = (
        PolicyBuilder()
        .store(Store(list(trusted)))
        .time(at)
        .extension_policies(ee_policy=_signer_policy(), ca_policy=ExtensionPolicy.webpki_defaults_ca())
        .build_client_verifier()
    )
    try:
        verifier.verify(leaf, list(chain[1:]))
    except (VerificationError, InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True


def _signer_policy() -> ExtensionPolicy:
    """Return what is asked of a signer's certificate: nothing, but that its key may sign where it says what for."""
    return ExtensionPolicy.permit_all().may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _may_sign)


def _may_sign(_: object, __: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    if usage is not None and not usage.digital_signature:
        raise ValueError("its key is not for signatures")


def same_key(pem: bytes, certificate: x509.Certificate) -> bool:
    """Tell whether a public key, PEM, is that of a certificate."""
    return certificate.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo) == pem
