"""Judges the signatures of a message, over the bytes as they came. The XML and the mathematics are signxml's.

The time at which a certificate must hold is an argument.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

from cap_formats.signature import enveloped
from cap_formats.signature.certificate import certificates_of, holds_at, is_trusted, name_of, same_key
from cap_formats.signature.signature import Policy, Signature, State
from cap_formats.xml import XmlElement

SIGNATURES_MAX: Final = 4  # a sender, the systems that pass it on; two were seen
_SHA1: Final = "sha1"
_METHODS: Final = frozenset(one for one in SignatureMethod if not one.name.startswith("HMAC"))
_KNOWN: Final = frozenset(one.value for one in _METHODS)
_DIGESTS: Final = frozenset(one.value for one in DigestAlgorithm)
_MARK: Final = enveloped.NAMESPACE.encode()

# What signxml and those below it raise over a signature that is none.
_FAILURES: Final = (
    SignXMLException, InvalidSignature, ValueError, TypeError, AttributeError, KeyError, AssertionError,
    RuntimeError, UnsupportedAlgorithm, etree.LxmlError,
)  # fmt: skip


class _Verifier(XMLVerifier):
    """signxml's verifier for one signature of several, and for the whole document, with what stands around its root."""

    def __init__(self, number: int) -> None:
        self._number = number

    def _get_signature(self, root: XmlElement) -> XmlElement:
        return enveloped.signatures_of(root)[self._number]

    def _tostring(self, xml_node: XmlElement, **options: Any) -> bytes:
        whole = xml_node.getroottree() if xml_node.getparent() is None else xml_node
        return bytes(etree.tostring(whole, **options))

    def _c14n(self, nodes: Any, algorithm: Any, inclusive_ns_prefixes: Any = None) -> bytes:
        """Write canonical XML of a document of its own: of an element inside another, libxml2 writes ``xmlns=""`` where
        there is none.
        """
        whole = nodes if nodes.getparent() is None else etree.fromstring(etree.tostring(nodes))
        canonical = etree.tostring(
            whole.getroottree(),
            method="c14n",
            exclusive="xml-exc-c14n" in algorithm.value,
            with_comments=algorithm.value.endswith("#WithComments"),
            inclusive_ns_prefixes=inclusive_ns_prefixes,
        )
        return bytes(canonical)


def verify_signatures(raw: bytes, policy: Policy, at: datetime) -> tuple[Signature, ...]:
    """Judge the signatures of a CAP message, up to the first that is broken; nothing where it has none.

    ``raw`` is a document that was decoded.
    """
    if _MARK not in raw and b"\x00" not in raw[:4]:  # in UTF-16 every other byte of the name is 0
        return ()
    root = enveloped.parse(raw)
    found = enveloped.signatures_of(root)
    if len(found) > SIGNATURES_MAX:
        sentence = f"The message has {len(found)} signatures; at most {SIGNATURES_MAX} are looked at."
        return (Signature(state=State.BROKEN, sentence=sentence),)
    judged: list[Signature] = []
    for number, signature in enumerate(found):
        judged.append(_judged(root, number, signature, policy, at))
        if judged[-1].state is State.BROKEN:
            break  # nothing that follows can mend the message
    return tuple(judged)


def _judged(root: XmlElement, number: int, signature: XmlElement, policy: Policy, at: datetime) -> Signature:
    form = enveloped.form_of(signature)
    algorithm = form.algorithm.rpartition("#")[2] or None
    if form.fault is not None:
        return _broken(f"The signature is none over the message. {form.fault}", algorithm)
    if form.algorithm not in _KNOWN or form.digest not in _DIGESTS:
        sentence = "The signature could not be checked: its algorithm is not known here."
        return Signature(state=State.UNVERIFIABLE, sentence=sentence, algorithm=algorithm)
    try:
        chain = certificates_of(signature)
    except (ValueError, UnsupportedAlgorithm) as error:
        return _broken(f"The signature carries no readable certificate: {error}.", algorithm)
    for key in _keys(signature, chain, policy):
        if (fits := _fit(root, number, key)) is not None:
            signer = _signer(chain or ([key] if key else []), fits, policy)
            return _valued(signer, form, algorithm, policy, at)
    if chain or _carries_key(signature):
        name = name_of(chain[0]) if chain else None
        return _broken("The signature does not fit: the message is not what was signed.", algorithm, name)
    sentence = "The signature could not be checked: it does not carry its key, and no trusted certificate is its own."
    return Signature(state=State.UNVERIFIABLE, sentence=sentence, algorithm=algorithm)


def _keys(signature: XmlElement, chain: list[x509.Certificate], policy: Policy) -> Sequence[x509.Certificate | None]:
    """Return by which certificate it may fit: the one that it carries, none (a bare key), or any that is trusted."""
    if chain:
        return chain[:1]
    return [None] if _carries_key(signature) else policy.trusted


def _carries_key(signature: XmlElement) -> bool:
    return signature.find("{*}KeyInfo/{*}KeyValue") is not None


def _broken(sentence: str, algorithm: str | None, signer: str | None = None) -> Signature:
    return Signature(state=State.BROKEN, sentence=sentence, algorithm=algorithm, signer=signer)


def _fit(root: XmlElement, number: int, certificate: x509.Certificate | None) -> VerifyResult | None:
    """Return what the signature covers where it fits with that certificate (None: with the key that it carries).

    Several systems may have signed one after the other. By the letter a later signature is part of what the earlier one
    covers; in practice each signs the bare alert. Either is taken, since both cover all that the alert says.
    """
    for document, place in _documents(root, number):
        config = SignatureConfiguration(
            require_x509=certificate is not None,
            signature_methods=_METHODS,
            digest_algorithms=frozenset(DigestAlgorithm),
            verification_time=None if certificate is None else certificate.not_valid_before_utc,  # dates are ours
            default_reference_c14n_method=CanonicalizationMethod.CANONICAL_XML_1_0,
        )
        try:
            result = _Verifier(place).verify(
                document, x509_cert=certificate, validate_schema=False, expect_config=config
            )
        except _FAILURES:
            continue
        if isinstance(result, VerifyResult) and _covers(result, root):
            return result
    return None


def _documents(root: XmlElement, number: int) -> Iterator[tuple[XmlElement, int]]:
    yield enveloped.prepared(root, number, alone=True), 0
    if len(enveloped.signatures_of(root)) > 1:
        yield enveloped.prepared(root, number, alone=False), number


def _covers(result: VerifyResult, root: XmlElement) -> bool:
    """Tell whether what was signed is all that the message says, and nothing else."""
    return result.signed_xml is not None and enveloped.bare(result.signed_xml) == enveloped.bare(root)


def _signer(chain: list[x509.Certificate], fits: VerifyResult, policy: Policy) -> list[x509.Certificate]:
    """Return the certificates of who signed: of a bare key, the trusted one that has it."""
    return chain or [one for one in policy.trusted if same_key(fits.signature_key, one)][:1]


def _valued(
    signer: list[x509.Certificate], form: enveloped.Form, algorithm: str | None, policy: Policy, at: datetime
) -> Signature:
    """Say what a signature that fits is worth."""
    name = name_of(signer[0]) if signer else None
    if not policy.allow_sha1 and _SHA1 in (form.algorithm.rpartition("#")[2] + form.digest.rpartition("#")[2]):
        state, why = State.WEAK, "It fits, and it was made with SHA-1, with which other words could be made to fit."
    elif not signer:
        state, why = State.UNTRUSTED, "It fits, and it carries a bare key that belongs to no trusted certificate."
    elif not holds_at(signer[0], at):
        until = signer[0].not_valid_after_utc.date().isoformat()
        state, why = State.EXPIRED, f"It fits, and its certificate ({name}) does not hold now (until {until})."
    elif is_trusted(signer, policy.trusted, at):
        state, why = State.TRUSTED, f"It fits, and {name} is trusted."
    else:
        state, why = State.UNTRUSTED, f"It fits, and {name} is not among those that are trusted here."
    return Signature(state=state, sentence=f"The signature was checked. {why}", algorithm=algorithm, signer=name)
