// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title The model registry, at 0x000000000000000000000000000000000000c000
/// @notice Holds what a chain knows of its models. To publish one: `putChunk` for each chunk of its
/// weights and for its header, then `register`.
/// @dev Reverts with one of the errors below. DELEGATECALL, CALLCODE and value are refused; so is a
/// STATICCALL of a function that writes. Calldata must be in strict ABI encoding, as Solidity writes it.
interface IModelRegistry {
    /// @notice What is known of a registered model.
    struct ModelInfo {
        /// Who registered it.
        address author;
        /// The author's fee, in gas an inference.
        uint64 royalty;
        /// Bytes that an input must have.
        uint64 inputLength;
        /// Bytes that an output has.
        uint64 outputLength;
        /// Gas of one inference, royalty included; calldata and account access come on top.
        uint64 inferenceGas;
        /// Block of its registration.
        uint64 registeredAt;
        /// Multiply-accumulates of one inference.
        uint64 macs;
        /// Elements written by one inference.
        uint64 elements;
        /// Bytes that one inference reads and writes.
        uint64 traffic;
        /// Bytes of values alive at once.
        uint64 peak;
        /// Bytes of all weights.
        uint64 weights;
        /// Operations in its graph.
        uint32 nodes;
        /// Version of the op set.
        uint16 opSet;
        /// No longer answers.
        bool retired;
        /// keccak-256 of the provenance section of its header.
        bytes32 provenance;
    }

    /// @notice A model can be called from now on.
    event ModelRegistered(
        bytes32 indexed model,
        address indexed author,
        uint64 inputLength,
        uint64 outputLength,
        uint64 macs,
        bytes32 provenance
    );
    /// @notice The author's fee has changed.
    event RoyaltyChanged(bytes32 indexed model, uint64 royalty);
    /// @notice The model cannot be called any more.
    event Retired(bytes32 indexed model);

    /// @notice The model has been registered before.
    error AlreadyRegistered(bytes32 model);
    /// @notice A chunk of the model, or its header, has not been put.
    error ChunkMissing(bytes32 chunk);
    /// @notice A chunk has 1 to 65,536 bytes.
    error ChunkLength(uint256 length);
    /// @notice The artifact is not a model; the reason names the operation.
    error BadModel(string reason);
    /// @notice No model is registered under this id.
    error UnknownModel(bytes32 model);
    /// @notice The model has been retired.
    error ModelRetired(bytes32 model);
    /// @notice Only the model's author may do this.
    error NotAuthor(address author);
    /// @notice The royalty is above the chain's bound.
    error RoyaltyTooHigh(uint64 royalty, uint64 bound);
    /// @notice A function that writes was called by STATICCALL.
    error StaticCall();
    /// @notice Not a call of this interface, or not in strict ABI encoding.
    error BadCalldata();
    /// @notice Called by DELEGATECALL or CALLCODE.
    error DelegateCall();
    /// @notice Called with ether.
    error NonPayable();

    /// @notice Stores up to 65,536 bytes under their keccak-256. Storing them again costs little.
    function putChunk(bytes calldata data) external returns (bytes32 hash);

    /// @notice Decodes and checks a model whose chunks are there, and makes it callable.
    /// The caller becomes its author. A bad model reverts and leaves nothing behind.
    function register(bytes32 model) external returns (ModelInfo memory);

    /// @notice What is known of a model.
    function info(bytes32 model) external view returns (ModelInfo memory);

    /// @notice Sets the author's fee, in gas an inference; for the author alone.
    /// @dev Callers pay it as gas. At the end of each inference the author is credited with 4/5 of what that
    /// gas costs at the base fee, out of what would be burnt: also in a `view` call, where it is the only
    /// change of a balance, and not where the calling frame reverts. The rest allows for gas refunds.
    function setRoyalty(bytes32 model, uint64 gas) external;

    /// @notice Ends a model for good; for the author alone.
    function retire(bytes32 model) external;
}
