// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

/// @notice For comparison: one root over everything ever owed to each account, replaced every period
contract CumulativeDistributor {
    using SafeERC20 for IERC20;

    event Published(bytes32 root, uint256 total);
    event Claimed(address indexed account, uint256 amount);

    IERC20 public immutable token;
    address public immutable issuer;
    bytes32 public root;
    mapping(address account => uint256) public claimed;

    constructor(IERC20 token_) {
        token = token_;
        issuer = msg.sender;
    }

    function publish(bytes32 root_, uint256 total) external {
        require(msg.sender == issuer, "issuer");
        root = root_;
        token.safeTransferFrom(msg.sender, address(this), total);
        emit Published(root_, total);
    }

    function claim(address account, uint256 cumulative, bytes32[] calldata proof) external {
        bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(account, cumulative))));
        require(MerkleProof.verifyCalldata(proof, root, leaf), "proof");
        uint256 before = claimed[account];
        require(cumulative > before, "claimed");
        claimed[account] = cumulative;
        token.safeTransfer(account, cumulative - before);
        emit Claimed(account, cumulative - before);
    }
}
