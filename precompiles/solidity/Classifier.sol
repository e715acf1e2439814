// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Isocortex} from "./Isocortex.sol";

/// @title An image classifier that remembers its answers
/// @notice The Fashion-MNIST demo: 28 × 28 grey pixels in, one of ten garments out. Nothing in it is
/// bound to that model but the meaning of its input, one byte a pixel.
contract Classifier {
    struct Answer {
        /// Index of the class.
        uint64 prediction;
        /// Block in which it was computed.
        uint64 blockNumber;
        /// The model's whole output.
        bytes logits;
    }

    /// @notice An answer has been stored.
    event Classified(uint256 indexed id, address indexed sender, uint256 prediction, bytes logits);

    /// @notice The model that answers.
    bytes32 public immutable model;
    /// @notice Bytes of one element of its output.
    uint256 public immutable width;
    /// @notice All answers so far, by id.
    Answer[] public answers;

    constructor(bytes32 model_, uint256 width_) {
        model = model_;
        width = width_;
    }

    /// @notice Classifies an image and stores the answer.
    function classify(bytes calldata pixels) external returns (uint256 id, uint256 prediction) {
        bytes memory logits;
        (prediction, logits) = preview(pixels);
        id = answers.length;
        answers.push(Answer(uint64(prediction), uint64(block.number), logits));
        emit Classified(id, msg.sender, prediction, logits);
    }

    /// @notice Classifies an image and stores nothing.
    function preview(bytes calldata pixels) public view returns (uint256 prediction, bytes memory logits) {
        return Isocortex.classify(model, Isocortex.encodePixels(pixels), width);
    }

    /// @notice How many answers there are; their ids are 0 to one less.
    function count() external view returns (uint256) {
        return answers.length;
    }
}
