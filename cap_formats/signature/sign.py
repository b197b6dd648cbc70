"""Signs a CAP document: an enveloped signature with the certificate inside (CAP 1.2, 3.3.4.1), SHA-256 or better."""

from collections.abc import Sequence
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureConstructionMethod, SignatureMethod
from signxml.signer import XMLSigner

RSA_BITS_MIN: Final = 2048  # NIST SP 800-131A: shorter keys are not to be used for signatures
_CURVES: Final = {
    256: SignatureMethod.ECDSA_SHA256,
    384: SignatureMethod.ECDSA_SHA384,
    521: SignatureMethod.ECDSA_SHA512,
}


SigningKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class KeyUnusableError(ValueError):
    """The key, or its certificate, cannot sign; the sentence says why."""


def read_key(key_pem: bytes, certificate_pem: bytes) -> tuple[SigningKey, list[x509.Certificate]]:
    """Read a private key without a password and its certificate, with those above it where the file holds them.

    Raises KeyUnusableError where one is unreadable, too weak, or the two do not belong together.
    """
    try:
        key = load_pem_private_key(key_pem, password=None)
        certificates = x509.load_pem_x509_certificates(certificate_pem)
    except (ValueError, TypeError) as error:
        raise KeyUnusableError(f"The key or the certificate is no readable PEM: {error}") from error
    if certificates[0].public_key() != key.public_key():
        raise KeyUnusableError("The certificate is not that of the key.")
    if not isinstance(key, SigningKey):
        raise KeyUnusableError("The key is neither RSA nor of an elliptic curve.")
    _method_of(key)
    return key, certificates


def _method_of(key: SigningKey) -> SignatureMethod:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        if key.key_size not in _CURVES:
            raise KeyUnusableError("The curve of the key is none of P-256, P-384 and P-521.")
        return _CURVES[key.key_size]
    if key.key_size < RSA_BITS_MIN:
        raise KeyUnusableError(f"The key has {key.key_size} bits; at least {RSA_BITS_MIN} are needed.")
    return SignatureMethod.RSA_SHA256


def sign_cap(document: bytes, key: SigningKey, certificates: Sequence[x509.Certificate]) -> bytes:
    """Return a CAP document with a signature over it as the last child of its root. Raises KeyUnusableError."""
    signer = XMLSigner(
        method=SignatureConstructionMethod.enveloped,
        signature_algorithm=_method_of(key),
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    root = signer.sign(etree.fromstring(document), key=key, cert=list(certificates))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")
