"""The chain `calls`: every kind of call of the precompiles by contracts, royalties, and ends of frames around them."""

from ..author import Author
from . import around, doors
from .stage import Stage

LIVE_AFTER = 1  # blocks from genesis on in which inference is not live yet
SCENES = (  # a block each
    doors.before, doors.publish, doors.kinds, doors.opcodes, doors.gas, doors.errors,
    around.royalties, around.ends, around.created, around.lists, around.delegations, around.registered_in_contracts,
    around.retired,
)


def blocks(author: Author):
    stage = Stage(author)
    for scene in SCENES:
        scene(stage)
        author.seal()
