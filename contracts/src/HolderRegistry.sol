// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title Which wallets are one holder, and where a holder wants to be paid
/// @notice A holder is named by its root: the first wallet of the set. Linking needs both sides' signatures and is for
/// ever. Link first, then move: tokens sent to a wallet that is not linked count as sold.
/// @dev No owner. Invariants: a wallet belongs to one root at most; a root is linked to nobody, so the sets are one level
/// deep and no cycle can exist; a link once made never changes. A link needs no nonce: the same one can never be made
/// again. There is no recovery beside it: a holder who may lose a key links a second wallet while the first one signs, and
/// any wallet of the set can then name the recipient of everything the holder is owed.
contract HolderRegistry is EIP712 {
    // -- EVENTS AND ERRORS

    /// @notice `wallet` belongs to `holder`, the root wallet, from this block on
    event Linked(address indexed holder, address indexed wallet);
    /// @notice Everything owed to `holder`, a root wallet, is paid to `recipient` from now on; zero: to the root itself
    event RecipientNamed(address indexed holder, address recipient);

    /// @notice A wallet was the zero address
    error ZeroAddress();
    /// @notice `wallet` cannot be linked to itself
    error SelfLink(address wallet);
    /// @notice `wallet` belongs to `holder` already, and there is no unlink
    error AlreadyLinked(address wallet, address holder);
    /// @notice `wallet` is the root of other wallets, so it cannot join another holder
    error IsHolder(address wallet);
    /// @notice `signer` has not signed this link: the signature is another's or of something else
    error InvalidSignature(address signer);

    // -- STORAGE

    /// @notice The EIP-712 type that both wallets sign
    bytes32 public constant LINK_TYPEHASH = keccak256("Link(address existing,address wallet)");

    /// @dev The root of a linked wallet; zero for every other address
    mapping(address wallet => address root) private _rootOf;
    /// @dev Whether a wallet is the root of at least one other
    mapping(address wallet => bool) private _isRoot;
    /// @dev Where a root is paid; zero: itself
    mapping(address root => address recipient) private _recipientOf;

    constructor() EIP712("Prorata HolderRegistry", "1") {}

    // -- CALLS

    /// @notice Adds `wallet` to the holder that `existing` belongs to
    /// @param existing Any wallet of the holder
    /// @param wallet The new one: not linked yet, and root of nobody
    /// @param existingSignature EIP-712 Link signed by `existing` (ECDSA or ERC-1271); ignored if it is the caller
    /// @param walletSignature The same, signed by `wallet`; ignored if it is the caller
    function link(
        address existing,
        address wallet,
        bytes calldata existingSignature,
        bytes calldata walletSignature
    ) external {
        if (existing == address(0) || wallet == address(0)) revert ZeroAddress();
        if (existing == wallet) revert SelfLink(wallet);
        address linkedTo = _rootOf[wallet];
        if (linkedTo != address(0)) revert AlreadyLinked(wallet, linkedTo);
        if (_isRoot[wallet]) revert IsHolder(wallet);
        bytes32 digest =
            _hashTypedDataV4(keccak256(abi.encode(LINK_TYPEHASH, existing, wallet)));
        _requireSigned(existing, digest, existingSignature);
        _requireSigned(wallet, digest, walletSignature);

        address root = holderOf(existing);
        _rootOf[wallet] = root;
        _isRoot[root] = true;
        emit Linked(root, wallet);
    }

    /// @notice Says where everything owed to the caller's holder is to be paid; any wallet of the holder may say it
    /// @param recipient The account that leaves are made for from the next record block on; zero: the root itself again
    function nameRecipient(address recipient) external {
        address root = holderOf(msg.sender);
        _recipientOf[root] = recipient;
        emit RecipientNamed(root, recipient);
    }

    // -- VIEWS

    /// @notice The root of the holder that `wallet` belongs to: itself unless it is linked
    function holderOf(address wallet) public view returns (address) {
        address root = _rootOf[wallet];
        return root == address(0) ? wallet : root;
    }

    /// @notice The recipient named by the holder that `holder` belongs to; zero: the root itself is paid
    function recipientOf(address holder) external view returns (address) {
        return _recipientOf[holderOf(holder)];
    }

    // -- INNER

    /// @dev ERC-1271 wallets are asked with a static call, so nothing can happen in between
    function _requireSigned(address signer, bytes32 digest, bytes calldata signature) private view {
        if (msg.sender == signer) return;
        if (!SignatureChecker.isValidSignatureNowCalldata(signer, digest, signature)) revert InvalidSignature(signer);
    }
}
