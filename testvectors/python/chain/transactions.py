"""Transactions: legacy with EIP-155, EIP-2930, EIP-1559, EIP-7702. Envelopes (EIP-2718), signatures, intrinsic gas."""

from dataclasses import dataclass, field

from . import rlp, secp256k1
from .hashes import keccak


@dataclass
class Transaction:
    """`kind` is EIP-2718's type. Kinds 0 and 1 have one price, `max_fee`."""

    kind: int
    nonce: int
    gas: int
    to: bytes  # empty to create a contract
    data: bytes = b""
    value: int = 0
    chain_id: int = 1337
    max_fee: int = 10 * 10**9
    tip: int = 10**9
    access_list: list = field(default_factory=list)  # of [address, [slots]]
    authorizations: list = field(default_factory=list)  # of `authorization`
    signature: tuple = ()  # y parity, r, s

    def _fields(self) -> list:
        body = [self.gas, self.to, self.value, self.data]
        match self.kind:
            case 0:
                return [self.nonce, self.max_fee, *body]
            case 1:
                return [self.chain_id, self.nonce, self.max_fee, *body, self.access_list]
            case 2:
                return [self.chain_id, self.nonce, self.tip, self.max_fee, *body, self.access_list]
            case 4:
                return [self.chain_id, self.nonce, self.tip, self.max_fee, *body, self.access_list, self.authorizations]
        raise ValueError(f"transaction type {self.kind}")

    def _digest(self) -> bytes:
        """What is signed."""
        if self.kind == 0:
            return keccak(rlp.encode([*self._fields(), self.chain_id, 0, 0]))
        return keccak(bytes([self.kind]) + rlp.encode(self._fields()))

    def signed(self, key: int) -> "Transaction":
        self.signature = secp256k1.sign(self._digest(), key)
        return self

    def raw(self) -> bytes:
        parity, r, s = self.signature
        if self.kind == 0:
            return rlp.encode([*self._fields(), 35 + 2 * self.chain_id + parity, r, s])
        return bytes([self.kind]) + rlp.encode([*self._fields(), parity, r, s])

    def hash(self) -> bytes:
        return keccak(self.raw())

    def sender(self) -> bytes:
        return keccak(secp256k1.recover(self._digest(), *self.signature))[12:]

    def created(self) -> bytes:
        """Where it creates a contract."""
        return keccak(rlp.encode([self.sender(), self.nonce]))[12:]

    def intrinsic(self) -> int:
        """Gas before anything runs: EIP-2028, EIP-2930, EIP-3860."""
        listed = sum(2_400 + 1_900 * len(slots) for _, slots in self.access_list)
        creation = 0 if self.to else 32_000 + 2 * -(-len(self.data) // 32)
        return 21_000 + 4 * self._tokens() + listed + creation

    def _tokens(self) -> int:
        zeros = self.data.count(0)
        return zeros + 4 * (len(self.data) - zeros)


def authorization(key: int, address: bytes, nonce: int, chain_id: int = 1337) -> list:
    """That the key's account runs the code of `address` (EIP-7702)."""
    body = [chain_id, address, nonce]
    return [*body, *secp256k1.sign(keccak(b"\5" + rlp.encode(body)), key)]
