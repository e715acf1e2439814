// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Inference, at 0x000000000000000000000000000000000000c001
/// @notice Runs registered models. The answer depends on the model and the input alone, so both
/// functions are `view`. Gas follows from the model's record and the lengths, and is charged before
/// anything runs.
/// @dev Reverts with one of the errors below. DELEGATECALL, CALLCODE and value are refused. Calldata
/// must be in strict ABI encoding, as Solidity writes it.
interface IInference {
    /// @notice No model is registered under this id.
    error UnknownModel(bytes32 model);
    /// @notice The model's author has retired it.
    error ModelRetired(bytes32 model);
    /// @notice Input number `index` has `actual` bytes where the model takes `expected`.
    error InputLength(uint256 index, uint256 expected, uint256 actual);
    /// @notice Not a call of this interface, or not in strict ABI encoding.
    error BadCalldata();
    /// @notice Called by DELEGATECALL or CALLCODE.
    error DelegateCall();
    /// @notice Called with ether.
    error NonPayable();

    /// @notice Runs a model on one input.
    /// @param model Id of a registered model: the keccak-256 of its header.
    /// @param input The bytes of the input tensors, elements in row-major order and little-endian.
    /// @return output The bytes of the output tensors, likewise.
    function infer(bytes32 model, bytes calldata input) external view returns (bytes memory output);

    /// @notice Runs a model on each input. Gas and results are those of as many single runs.
    function inferBatch(bytes32 model, bytes[] calldata inputs) external view returns (bytes[] memory outputs);
}
