// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {BitMaps} from "@openzeppelin/contracts/utils/structs/BitMaps.sol";

/// @notice For comparison: one distributor for many periods, put together from OpenZeppelin's parts in the plain way
contract OzDistributor {
    using BitMaps for BitMaps.BitMap;
    using SafeERC20 for IERC20;

    event Published(uint256 indexed period, bytes32 root, uint256 total);
    event Claimed(uint256 indexed period, address indexed account, uint256 index, uint256 amount);

    IERC20 public immutable token;
    mapping(uint256 period => bytes32) public rootOf;
    mapping(uint256 period => BitMaps.BitMap) private _claimed;

    constructor(IERC20 token_) {
        token = token_;
    }

    function publish(uint256 period, bytes32 root, uint256 total) external {
        require(rootOf[period] == 0, "published");
        rootOf[period] = root;
        token.safeTransferFrom(msg.sender, address(this), total);
        emit Published(period, root, total);
    }

    function claim(uint256 period, uint256 index, address account, uint256 amount, bytes32[] calldata proof)
        external
    {
        require(!_claimed[period].get(index), "claimed");
        bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(index, account, amount))));
        require(MerkleProof.verifyCalldata(proof, rootOf[period], leaf), "proof");
        _claimed[period].set(index);
        token.safeTransfer(account, amount);
        emit Claimed(period, account, index, amount);
    }
}
