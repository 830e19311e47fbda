"""How records of the knowledge base become rows and come back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import sqlalchemy as sa

from knowledge_base.editing import RevisionMove
from knowledge_base.entries import Entry
from knowledge_base.misses import Miss, MissReason, MissState
from knowledge_base.releases import Revision, RevisionState

# Sets are written in order, so that equal entries are equal text.
_encoder = msgspec.json.Encoder(order="deterministic")
_entry_decoder = msgspec.json.Decoder(Entry)
_ranking_decoder = msgspec.json.Decoder(tuple[tuple[str, float], ...])

Values = dict[str, Any]


def content_of(entry: Entry) -> str:
    """Write an entry as the JSON a revision row keeps."""
    return _encoder.encode(entry).decode()


def revision_from(row: sa.Row[Any]) -> Revision:
    """Read a revision from its row."""
    return Revision(
        id=row.id,
        entry=_entry_decoder.decode(row.content),
        number=row.number,
        author=row.author,
        at=row.at,
        reason=row.reason,
        state=RevisionState(row.state),
        removal=row.removal,
        base=row.base,
    )


def revision_values(revision: Revision, *, entry_ids: Mapping[str, int]) -> Values:
    """Give the columns of a revision to insert; the database gives its id."""
    return {
        "entry_id": entry_ids[revision.entry.key],
        "number": revision.number,
        "content": content_of(revision.entry),
        "author": revision.author,
        "at": revision.at,
        "reason": revision.reason,
        "state": revision.state.value,
        "removal": revision.removal,
        "base": revision.base,
    }


def move_from(row: sa.Row[Any]) -> RevisionMove:
    """Read a step of a revision from its row."""
    return RevisionMove(RevisionState(row.state), row.author, row.at, row.reason)


def miss_from(row: sa.Row[Any]) -> Miss:
    """Read a miss from its row."""
    return Miss(
        id=row.id,
        conversation=row.conversation,
        seq=row.seq,
        reason=MissReason(row.reason),
        text=row.text,
        intent=row.intent,
        confidence=row.confidence,
        ranking=_ranking_decoder.decode(row.ranking),
        entry=row.entry,
        release=row.release,
        model=row.model,
        at=row.at,
        state=MissState(row.state),
    )


def miss_values(miss: Miss) -> Values:
    """Give the columns of a miss."""
    return {
        "id": miss.id,
        "conversation": miss.conversation,
        "seq": miss.seq,
        "reason": miss.reason.value,
        "text": miss.text,
        "intent": miss.intent,
        "confidence": miss.confidence,
        "ranking": _encoder.encode(miss.ranking).decode(),
        "entry": miss.entry,
        "release": miss.release,
        "model": miss.model,
        "at": miss.at,
        "state": miss.state.value,
    }
