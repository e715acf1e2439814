"""One call of a precompile: gas first, then the access that it pays for (precompiles/SPEC.md, "A call")."""

from dataclasses import dataclass
from typing import NoReturn

from isocortex_ref import abi

from . import record
from .gas import Prices
from .record import Record
from .spec import (
    EMPTY_ACCOUNT, GAS_COLD_ACCOUNT_ACCESS, GAS_COLD_SLOAD, GAS_WARM_ACCESS, U256, Account, Address, Bytes32,
    CouldNotMeasure, Evm, Hash32, Log, Revert, Uint, charge_gas, get_account, get_storage, keccak256, set_account,
    set_account_balance, set_storage,
)
from .transcript import Transcript

REGISTRY, INFERENCE, PACKED = (Address(bytes(18) + bytes.fromhex(a)) for a in ("c000", "c001", "c0c0"))
CHUNK = keccak256(b"isocortex.chunk")


def chunk_address(name: bytes) -> Address:
    """As CREATE2 of the registry would give it (EIP-1014)."""
    return Address(keccak256(b"\xff" + REGISTRY + name + CHUNK)[12:])


@dataclass
class Frame:
    evm: Evm
    prices: Prices
    transcript: Transcript

    def begin(self):
        message = self.evm.message
        self.charge(self.prices.any_call(len(message.data)))
        if message.current_target != message.code_address:
            self.revert("DelegateCall()")
        if message.value:
            self.revert("NonPayable()")

    @property
    def state(self):
        return self.evm.message.block_env.state

    @property
    def caller(self) -> int:
        return int.from_bytes(self.evm.message.caller, "big")

    def charge(self, gas: int):
        charge_gas(self.evm, Uint(gas))

    def revert(self, signature: str, *arguments) -> NoReturn:
        self.evm.output = abi.call(signature, *arguments)
        raise Revert

    def bad_model(self) -> NoReturn:
        """The reason's words are not on the page. In the outermost frame nobody can read them."""
        if self.evm.message.depth > Uint(0):
            raise CouldNotMeasure("a contract was told BadModel, whose words this client does not know")
        self.revert("BadModel(string)", abi.Bytes(b"not on the page"))

    def arguments(self, kinds: str) -> list:
        """`kinds` is a letter an argument: w word, b bytes, l list of bytes."""
        arguments = abi.take(bytes(self.evm.message.data[4:]), kinds)
        if arguments is None:
            self.revert("BadCalldata()")
        return arguments

    def account(self, address: Address) -> Account:
        if address in self.evm.accessed_addresses:
            self.charge(int(GAS_WARM_ACCESS))
        else:
            self.charge(int(GAS_COLD_ACCOUNT_ACCESS))
            self.evm.accessed_addresses.add(address)
        return get_account(self.state, address)

    def chunk(self, name: bytes) -> bytes | None:
        """A chunk's data, at the price of its account."""
        code = self.account(chunk_address(name)).code
        return bytes(code[1:]) if code else None

    def put(self, name: bytes, data: bytes):
        address = chunk_address(name)
        balance = get_account(self.state, address).balance
        set_account(self.state, address, Account(Uint(1), balance, b"\0" + data))

    def settle(self):
        """The registry's byte of code, where genesis gave it none."""
        if get_account(self.state, REGISTRY) == EMPTY_ACCOUNT:
            set_account(self.state, REGISTRY, Account(Uint(0), U256(0), b"\0"))

    def record(self, model: bytes, slots: int) -> Record | None:
        """The first `slots` slots; only the first where nothing is registered."""
        found = Record()
        for index in range(slots):
            key = Bytes32(record.slot(model, index))
            if (REGISTRY, key) in self.evm.accessed_storage_keys:
                self.charge(int(GAS_WARM_ACCESS))
            else:
                self.charge(int(GAS_COLD_SLOAD))
                self.evm.accessed_storage_keys.add((REGISTRY, key))
            found.take(index, int(get_storage(self.state, REGISTRY, key)))
            if found.status == 0:
                return None
        return found

    def live(self, model: bytes, slots: int) -> Record:
        found = self.record(model, slots)
        if found is None:
            self.revert("UnknownModel(bytes32)", model)
        if found.status == record.RETIRED:
            self.revert("ModelRetired(bytes32)", model)
        return found

    def write(self, model: bytes, changed: Record, *indices: int):
        """Slots, whose writing is paid for."""
        for index in indices:
            key = Bytes32(record.slot(model, index))
            self.evm.accessed_storage_keys.add((REGISTRY, key))
            set_storage(self.state, REGISTRY, key, U256(changed.word(index)))

    def emit(self, signature: str, topics: list, *data):
        """An event of the registry, paid for."""
        topics = [keccak256(signature.encode()), *(Hash32(abi.word(t)) for t in topics)]
        self.evm.logs += (Log(REGISTRY, tuple(topics), abi.encode(*data)),)

    def credit(self, address: Address, wei: int):
        set_account_balance(self.state, address, get_account(self.state, address).balance + U256(wei))
