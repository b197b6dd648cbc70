"""Whether a message may go on: its signatures, who says it, and what came before it. Raises Stopped where not."""

import contextlib
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from broker.core.acceptance import Trouble, Verdict
from broker.core.chain import Resolution
from broker.core.holder import Holder
from broker.core.permission import check as check_permission
from broker.core.permission import check_sender
from broker.core.stopped import CANCEL_OVERTAKEN, REFERENCES_UNKNOWN, Stopped, forbidden, reused, unfollowed, voiceless
from broker.core.voice import Voice, voice_of
from broker.service.archive import Archive
from broker.service.decoder import Decoder
from cap_formats.alert import Alert, MsgType
from cap_formats.canonical import SOURCE_FORMAT as CANONICAL
from cap_formats.part import Good
from cap_formats.signature.signature import Policy, Signature, trouble_of
from geo.registry import Registry, UnknownAreaError

_OWN: Final = frozenset({"console"})  # ways in whose messages are made in the house, and need no signature


class Judge:
    """Asks for each message alike, whether it comes in or a person sends it on."""

    def __init__(self, registry: Registry, archive: Archive, decoder: Decoder) -> None:
        """Judge by the registry's areas and the alerts of the archive."""
        self._registry = registry
        self._archive = archive
        self._decoder = decoder
        self.signature_policy = Policy()

    async def signatures(
        self, part: Good, via: str, at: datetime, waived: Collection[str] = ()
    ) -> tuple[Signature, ...]:
        """Return what the signatures of a CAP message are worth; hold the message where the policy says so, save for
        the troubles that a person has waived. An Alert in JSON says all that CAP says, and has no signature.
        """
        source_format, policy = part.alert.source_format, self.signature_policy
        if source_format == CANONICAL:
            found: tuple[Signature, ...] = ()
        elif not source_format.startswith("cap"):
            return ()
        else:
            found = await self._decoder.signatures(part.raw, policy, at)
        trouble = trouble_of(found, policy, own=via in _OWN)
        if trouble is not None and trouble.code not in waived:
            raise Stopped(Trouble(verdict=Verdict.HELD, code=trouble.code, sentence=trouble.sentence))
        return found

    async def voice(
        self, alert: Alert, areas: Sequence[Sequence[str]], resolution: Resolution, holder: Holder
    ) -> Voice:
        """Ask whether the holder may say this, and whether it might have said all that this takes over. Return in whose
        name it is said.
        """
        allowed = frozenset[str]().union(*(self._registry.leaves(code) for code in holder.areas))
        if (problem := check_sender(holder, alert)) is not None:
            raise Stopped(forbidden(problem))
        voice = self._check_may_say(alert, areas, holder, allowed)
        if holder.areas or holder.events:
            for seq in resolution.references:
                earlier = await self._archive.accepted(seq)
                self._check_may_say(earlier.alert, earlier.areas, holder, allowed)
        return voice

    def _check_may_say(
        self, alert: Alert, areas: Sequence[Sequence[str]], holder: Holder, allowed: frozenset[str]
    ) -> Voice:
        leaves = frozenset(code for codes in areas for code in codes) | self._reported(alert)
        try:
            voice = voice_of(alert, holder, self._registry.leaves)
        except UnknownAreaError as error:
            raise Stopped(voiceless(str(error))) from error
        if (problem := check_permission(holder, alert, leaves, allowed, voice)) is not None:
            raise Stopped(forbidden(problem))
        return voice

    def _reported(self, alert: Alert) -> frozenset[str]:
        """Return the municipalities in whose name a situation reports; it would hide what they say themselves."""
        with contextlib.suppress(UnknownAreaError):
            return self._registry.leaves(alert.situation.municipality) if alert.situation else frozenset()
        return frozenset()  # of a code that nobody has

    def check_chain(self, alert: Alert, resolution: Resolution, waived: Collection[str] = ()) -> None:
        """Stop what its chain forbids: a name used before, a Cancel of what was replaced, references to nothing."""
        if resolution.conflict:
            raise Stopped(reused(alert))
        if resolution.late and not resolution.is_same and alert.msg_type is MsgType.CANCEL:
            raise Stopped(CANCEL_OVERTAKEN)
        if resolution.unknown_references and REFERENCES_UNKNOWN not in waived:
            raise Stopped(unfollowed(alert))
