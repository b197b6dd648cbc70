"""Keys, certificates around one time and signed documents, for the tests of signatures."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import NamedTuple

from cap_document import SIGNATURE, document
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from cap_formats.signature.sign import SigningKey, sign_cap
from cap_formats.signature.signature import Policy, State
from cap_formats.signature.verify import verify_signatures

NOW = datetime(2026, 7, 1, tzinfo=UTC)
DS = f"{{{SIGNATURE}}}"


class Signer(NamedTuple):
    key: SigningKey
    certificate: x509.Certificate

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    @property
    def certificate_pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)


def new_key(kind: str) -> SigningKey:
    if kind == "rsa":
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return ec.generate_private_key(ec.SECP256R1())


def certified(key: SigningKey, name: str, issuer: Signer | None = None, *, authority: bool = False) -> Signer:
    """Make a certificate that holds for a year around NOW, by itself or by an issuer."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = dict.fromkeys(
        ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
         "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"), False,
    )  # fmt: skip
    usage |= {"key_cert_sign": True, "crl_sign": True} if authority else {"digital_signature": True}
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=180))
        .not_valid_after(NOW + timedelta(days=180))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key((issuer.key if issuer else key).public_key()),
            critical=False,
        )
    )
    return Signer(key, builder.sign(issuer.key if issuer else key, hashes.SHA256()))


@cache
def city(kind: str = "rsa") -> Signer:
    return certified(new_key(kind), "bousai.city.example.jp")


@cache
def authority() -> Signer:
    return certified(new_key("ec"), "ca.example.jp", authority=True)


@cache
def under_authority() -> Signer:
    return certified(new_key("rsa"), "pref.example.jp", authority())


def signed(signer: Signer | None = None, data: bytes | None = None) -> bytes:
    signer = signer or city()
    return sign_cap(document() if data is None else data, signer.key, [signer.certificate])


def states(data: bytes, policy: Policy | None = None, at: datetime = NOW) -> list[State]:
    return [one.state for one in verify_signatures(data, policy or Policy(), at)]


def trusting(*signers: Signer, sha1: bool = False) -> Policy:
    return Policy(trusted=tuple(one.certificate for one in signers), allow_sha1=sha1)
