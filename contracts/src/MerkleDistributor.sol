// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IMerkleDistributor} from "./IMerkleDistributor.sol";
import {ItemPlace, ItemWords, Leaf, LeafWords} from "./lib/Leaf.sol";
import {Tree} from "./lib/Tree.sol";
import {Word} from "./lib/Word.sol";

/// @title Pays ERC-20 tokens by Merkle roots, for every issuer, token and period at once
/// @notice No owner, no roles, no upgrade, no pause, no fee; it keeps no approval and takes no ether.
///
/// A distribution is named by everything fixed about it: id = keccak256(abi.encode(issuer, token, terms, root)). Callers
/// hand these back, so the only storage is one word per id (lib/Word.sol): what remains to be paid, and 128 paid flags.
/// `publish` writes that word with the funding; no claimant ever pays for a new slot. More than 128 leaves are cut into
/// shards: a published parent tree holds (shard, root, total), and `open` moves a shard's total out of the parent's word
/// into the shard's own, whose terms are the parent's id.
///
/// @dev Invariants, for every token that moves exactly what it is asked to move:
/// 1. balance of the token ≥ the sum of remaining over its ids;
/// 2. for each id: funded = paid + swept or cancelled + moved to shards + remaining;
/// 3. an index of an id pays at most once, on whatever path;
/// 4. a call on one id changes no other id's word, but for `open`;
/// 5. a flag never clears, but for a transfer that failed within the same call;
/// 6. before the deadline remaining falls by payments, `open`, or `cancel` before opensAt alone;
/// 7. a word that is not zero never becomes zero: no id is published twice;
/// 8. no recipient can make `push` or `distribute` revert.
///
/// The claims write the word before anything outside is called, and need no guard. The other calls share a transient one:
/// `publish` and `distribute` measure what the token delivers, so nothing else may come in meanwhile; a claim that comes
/// in lowers the balance and makes the measure fail.
contract MerkleDistributor is IMerkleDistributor, Multicall, ReentrancyGuardTransient, EIP712 {
    using SafeERC20 for IERC20;
    using Word for uint256;

    // -- CONSTANTS

    /// @dev The EIP-712 type that an account signs for `claimBySig`
    bytes32 private constant CLAIM_TYPEHASH =
        keccak256("Claim(bytes32 id,uint256 index,address account,uint256 amount,address to,uint256 deadline)");

    /// @notice Gas that each transfer of `push` and `distribute` may use, so that no recipient can use up the others'
    uint256 public constant TRANSFER_GAS = 200_000;

    /// @dev What must be left before such a transfer: 64/63 of TRANSFER_GAS, and what the loop itself uses
    uint256 private constant GAS_NEEDED = 220_000;

    /// @dev How an ERC-6492 signature of an undeployed wallet ends
    bytes32 private constant ERC6492_SUFFIX = 0x6492649264926492649264926492649264926492649264926492649264926492;

    constructor() EIP712("Prorata MerkleDistributor", "1") {}

    // -- PUBLISHING

    /// @inheritdoc IMerkleDistributor
    function publish(address token, bytes32 terms, bytes32 root, uint256 total, bytes32 manifestHash)
        external
        nonReentrant
        returns (bytes32 id)
    {
        id = _create(token, terms, root, total, 0, 0);
        _fund(id, token, terms, root, total, manifestHash);
    }

    /// @inheritdoc IMerkleDistributor
    function publishWithPermit(
        address token,
        bytes32 terms,
        bytes32 root,
        uint256 total,
        bytes32 manifestHash,
        uint256 permitDeadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external nonReentrant returns (bytes32 id) {
        id = _create(token, terms, root, total, 0, 0);
        // A failure is no matter: without the allowance the pull fails, and what is no token is named there.
        (bool ignored,) = token.call(
            abi.encodeCall(IERC20Permit.permit, (msg.sender, address(this), total, permitDeadline, v, r, s))
        );
        ignored;
        _fund(id, token, terms, root, total, manifestHash);
    }

    /// @inheritdoc IMerkleDistributor
    function distribute(
        address token,
        bytes32 terms,
        Payment[] calldata payments,
        uint256 mask,
        bytes32 manifestHash
    ) external nonReentrant returns (bytes32 id) {
        (bytes32 root, uint256 total, uint256 pay) = _readList(payments, mask << 128);
        uint256 pending = ((1 << payments.length) - 1) & ~mask;
        id = _create(token, terms, root, total, pending << 128, pay);
        _requireOpen(id, terms);
        _fund(id, token, terms, root, total, manifestHash);
        _payEach(id, token, payments, pending << 128);
    }

    /// @inheritdoc IMerkleDistributor
    function cancel(Distribution calldata d) external nonReentrant {
        if (msg.sender != d.issuer) revert NotIssuer(msg.sender, d.issuer);
        bytes32 id = _idOf(d.issuer, d.token, d.terms, d.root);
        _requireNoShard(id, d.terms);
        uint256 opensAt = _opensAt(d.terms);
        if (block.timestamp >= opensAt) revert AlreadyOpen(id, opensAt);
        uint256 amount = _end(id);
        emit Cancelled(id, amount);
        IERC20(d.token).safeTransfer(d.issuer, amount);
    }

    /// @inheritdoc IMerkleDistributor
    function sweep(Distribution calldata d) external nonReentrant {
        bytes32 id = _idOf(d.issuer, d.token, d.terms, d.root);
        _sweep(id, d.issuer, d.token, d.terms);
    }

    /// @inheritdoc IMerkleDistributor
    function sweepShard(Distribution calldata parent, bytes32 root) external nonReentrant {
        bytes32 parentId = _idOf(parent.issuer, parent.token, parent.terms, parent.root);
        _sweep(_idOf(parent.issuer, parent.token, parentId, root), parent.issuer, parent.token, parent.terms);
    }

    /// @inheritdoc IMerkleDistributor
    function open(Distribution calldata parent, uint256 shard, bytes32 root, uint256 total, bytes32[] calldata proof)
        external
        nonReentrant
        returns (bytes32 id)
    {
        bytes32 parentId = _idOf(parent.issuer, parent.token, parent.terms, parent.root);
        _requireNoShard(parentId, parent.terms);
        _requireOpen(parentId, parent.terms);
        bytes32 found = MerkleProof.processProofCalldata(proof, Tree.shardLeaf(shard, root, total));
        if (found != parent.root) revert InvalidProof(parentId, found);

        id = _idOf(parent.issuer, parent.token, parentId, root);
        if (_read(id) != 0) return id;
        if (total == 0) revert BadTotal(total);
        uint256 word = _read(parentId);
        if (total > word.remaining()) _revertExceeds(parentId, total, word);
        _write(parentId, word.give(total));
        _write(id, total);
        emit Opened(id, parentId, shard, root, total);
    }

    // -- CLAIMING

    /// @inheritdoc IMerkleDistributor
    function claim(
        Distribution calldata d,
        uint256 index,
        address account,
        uint256 amount,
        bytes32[] calldata proof
    ) external {
        Leaf leaf = LeafWords.fromCall(d);
        emit Claimed(_take(leaf, proof), account, index, amount);
        IERC20(leaf.token()).safeTransfer(account, amount);
    }

    /// @inheritdoc IMerkleDistributor
    function claimTo(Distribution calldata d, uint256 index, address to, uint256 amount, bytes32[] calldata proof)
        external
    {
        _requireRecipient(to);
        Leaf leaf = LeafWords.fromCall(d);
        leaf.setAccount(msg.sender);
        bytes32 id = _take(leaf, proof);
        emit ClaimedTo(id, msg.sender, index, to, amount);
        IERC20(d.token).safeTransfer(to, amount);
    }

    /// @inheritdoc IMerkleDistributor
    function claimBySig(
        Distribution calldata d,
        uint256 index,
        address account,
        uint256 amount,
        address to,
        bytes32[] calldata proof,
        uint256 deadline,
        bytes calldata signature
    ) external {
        _requireRecipient(to);
        if (block.timestamp > deadline) revert SignatureExpired(deadline);
        Leaf leaf = LeafWords.fromCall(d);
        // No nonce: the leaf's flag is one.
        bytes32 consent = keccak256(abi.encode(CLAIM_TYPEHASH, leaf.id(), index, account, amount, to, deadline));
        _requireSigned(account, _hashTypedDataV4(consent), signature);
        bytes32 id = _take(leaf, proof);
        emit ClaimedTo(id, account, index, to, amount);
        IERC20(d.token).safeTransfer(to, amount);
    }

    /// @inheritdoc IMerkleDistributor
    function claimMany(address issuer, address token, address account, Item[] calldata items)
        external
    {
        if (items.length == 0) revert BadCount(0);
        Leaf leaf = LeafWords.forItems(issuer, token, account);
        uint256 sum;
        for (uint256 i = 0; i < items.length; ++i) {
            ItemPlace item = ItemWords.place(items, i);
            leaf.setItem(item);
            item.logClaimed(_take(leaf, item.proof()), account);
            unchecked {
                sum += leaf.amount(); // each below 2^128, and fewer than 2^128 of them
            }
        }
        IERC20(token).safeTransfer(account, sum);
    }

    /// @inheritdoc IMerkleDistributor
    function push(Distribution calldata d, Payment[] calldata payments) external nonReentrant {
        bytes32 id = _idOf(d.issuer, d.token, d.terms, d.root);
        _requireOpen(id, d.terms);
        uint256 word = _read(id);
        (bytes32 root,, uint256 pay) = _readList(payments, word);
        if (root != d.root) revert InvalidList(id, root);
        uint256 pending = (((1 << payments.length) - 1) << 128) & ~word;
        if (pay > word.remaining()) _revertExceeds(id, pay, word);
        _write(id, word.pay(pending, pay));
        _payEach(id, d.token, payments, pending);
    }

    // -- VIEWS

    /// @inheritdoc IMerkleDistributor
    function idOf(Distribution calldata d) external pure returns (bytes32 id) {
        return _idOf(d.issuer, d.token, d.terms, d.root);
    }

    /// @inheritdoc IMerkleDistributor
    function wordOf(bytes32 id) external view returns (uint256 word) {
        return _read(id);
    }

    /// @inheritdoc IMerkleDistributor
    function remaining(bytes32 id) external view returns (uint256 amount) {
        return _read(id).remaining();
    }

    /// @inheritdoc IMerkleDistributor
    function isClaimed(bytes32 id, uint256 index) external view returns (bool) {
        if (index >= Word.INDEXES) revert BadIndex(index);
        return _read(id) & Word.flag(index) != 0;
    }

    // -- INNER: WORDS

    /// @dev The word of an id stands in the slot of that number: an id is a hash already, and no other slot is used
    function _read(bytes32 id) private view returns (uint256 word) {
        assembly ("memory-safe") {
            word := sload(id)
        }
    }

    function _write(bytes32 id, uint256 word) private {
        assembly ("memory-safe") {
            sstore(id, word)
        }
    }

    /// @dev Writes the word of a new distribution of the caller's: `total`, of which `pay` is being paid for `paid`
    function _create(address token, bytes32 terms, bytes32 root, uint256 total, uint256 paid, uint256 pay)
        private
        returns (bytes32 id)
    {
        uint256 deadline = _deadline(terms);
        if (_isShard(terms)) revert BadTerms(terms);
        if (deadline != 0 && (deadline <= _opensAt(terms) || deadline <= block.timestamp)) revert BadTerms(terms);
        if (root == 0) revert BadRoot();
        if (total == 0 || total > Word.MAX_AMOUNT) revert BadTotal(total);
        id = _idOf(msg.sender, token, terms, root);
        if (_read(id) != 0) revert AlreadyPublished(id);
        _write(id, total.pay(paid, pay));
    }

    /// @dev Writes down that a leaf is paid, or reverts. The only way to a claim's payment
    function _take(Leaf leaf, bytes32[] calldata proof) private returns (bytes32 id) {
        id = leaf.id();
        if (block.timestamp < _opensAt(leaf.terms())) _requireShard(id, leaf.terms());
        bytes32 found = Tree.rootOf(leaf.hash(), proof);
        if (found != leaf.root()) revert InvalidProof(id, found);
        uint256 word = _read(id);
        uint256 flag = Word.flag(leaf.index());
        if (!word.canPay(flag, leaf.amount())) _refuse(id, word, leaf.index(), leaf.amount());
        _write(id, word.pay(flag, leaf.amount()));
    }

    /// @dev Says why a word cannot pay
    function _refuse(bytes32 id, uint256 word, uint256 index, uint256 amount) private pure {
        if (index >= Word.INDEXES) revert BadIndex(index);
        if (amount == 0) revert ZeroAmount(index);
        if (word == 0) revert NotPublished(id);
        if (word & Word.flag(index) != 0) revert AlreadyClaimed(id, index);
        revert ExceedsRemaining(id, amount, word.remaining());
    }

    /// @dev Ends a distribution and says what was left of it
    function _end(bytes32 id) private returns (uint256 left) {
        uint256 word = _read(id);
        if (word == 0) revert NotPublished(id);
        left = word.remaining();
        if (left == 0) revert NothingLeft(id);
        _write(id, Word.ENDED);
    }

    /// @dev Ends the distribution `id` after the deadline in `terms`: its own, or its parent's
    function _sweep(bytes32 id, address issuer, address token, bytes32 terms) private {
        _requireNoShard(id, terms);
        uint256 deadline = _deadline(terms);
        if (deadline == 0 || block.timestamp < deadline) revert NotExpired(id, deadline);
        uint256 amount = _end(id);
        emit Swept(id, amount);
        IERC20(token).safeTransfer(issuer, amount);
    }

    // -- INNER: TOKENS

    /// @dev Pulls exactly `total` from the caller. The word is written already
    function _fund(bytes32 id, address token, bytes32 terms, bytes32 root, uint256 total, bytes32 manifestHash)
        private
    {
        uint256 before = _balance(token);
        IERC20(token).safeTransferFrom(msg.sender, address(this), total);
        uint256 received = _balance(token) - before;
        if (received != total) revert WrongDelivery(total, received);
        emit Published(id, msg.sender, token, terms, root, total, manifestHash);
    }

    /// @dev What this contract has of the token
    function _balance(address token) private view returns (uint256 amount) {
        bytes4 selector = IERC20.balanceOf.selector;
        bool answered;
        assembly ("memory-safe") {
            mstore(0x00, selector)
            mstore(0x04, address())
            // The last argument is evaluated first: the call comes before the size of its answer.
            answered := and(gt(returndatasize(), 0x1f), staticcall(gas(), token, 0x00, 0x24, 0x00, 0x20))
            amount := mload(0x00)
        }
        if (!answered) revert NotToken(token);
    }

    /// @dev Pays the leaves whose flags are `pending`, which the word says are paid, and takes back what failed
    function _payEach(bytes32 id, address token, Payment[] calldata payments, uint256 pending) private {
        uint256 failed;
        uint256 unpaid;
        for (uint256 i = 0; i < payments.length; ++i) {
            uint256 flag = Word.flag(i);
            if (pending & flag == 0) continue;
            if (gasleft() < GAS_NEEDED) revert NotEnoughGas(gasleft(), GAS_NEEDED);
            if (!_tryTransfer(token, payments[i])) {
                failed |= flag;
                unchecked {
                    unpaid += payments[i].amount; // the sum of all is below 2^128
                }
            }
        }
        // The word is read again: a recipient may have claimed something else of this distribution meanwhile.
        if (failed != 0) _write(id, _read(id).unpay(failed, unpaid));
        uint256 paid = pending & ~failed;
        if (paid != 0) emit Pushed(id, paid >> 128, payments);
    }

    /// @dev Whether the token made the payment: no revert, and true or nothing returned. At most TRANSFER_GAS is used, and
    /// one word of what comes back is looked at
    function _tryTransfer(address token, Payment calldata payment) private returns (bool success) {
        bytes4 selector = IERC20.transfer.selector;
        uint256 gasCap = TRANSFER_GAS;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, selector)
            calldatacopy(add(free, 0x04), payment, 0x40)
            success := call(gasCap, token, 0, free, 0x44, 0x00, 0x20)
            // Having answered balanceOf before, the token has code.
            success := and(success, or(iszero(returndatasize()), and(gt(returndatasize(), 0x1f), eq(mload(0x00), 1))))
        }
    }

    // -- INNER: CHECKS

    /// @dev The tree over a list, the sum of its amounts, and the sum of those whose flags are not in `skip`
    function _readList(Payment[] calldata payments, uint256 skip)
        private
        pure
        returns (bytes32 root, uint256 total, uint256 pay)
    {
        uint256 count = payments.length;
        if (count == 0 || count > Word.INDEXES) revert BadCount(count);
        bytes32[] memory nodes = new bytes32[](2 * count - 1);
        for (uint256 i = 0; i < count; ++i) {
            Payment calldata payment = payments[i];
            if (payment.amount == 0) revert ZeroAmount(i);
            if (payment.amount > Word.MAX_AMOUNT) revert BadTotal(payment.amount);
            nodes[2 * count - 2 - i] = Tree.accountLeaf(i, payment.account, payment.amount);
            unchecked {
                total += payment.amount; // at most 128 of them, each below 2^128
                if (skip & Word.flag(i) == 0) pay += payment.amount;
            }
        }
        root = Tree.build(nodes);
    }

    function _requireOpen(bytes32 id, bytes32 terms) private view {
        if (block.timestamp < _opensAt(terms)) _requireShard(id, terms);
    }

    /// @dev What is not open by its terms is open if it is a shard: that could exist only after its parent had opened
    function _requireShard(bytes32 id, bytes32 terms) private pure {
        if (!_isShard(terms)) revert NotOpenYet(id, _opensAt(terms));
    }

    /// @dev Of a shard's terms no time can be read
    function _requireNoShard(bytes32 id, bytes32 terms) private pure {
        if (_isShard(terms)) revert IsShard(id);
    }

    function _requireRecipient(address to) private view {
        if (to == address(0) || to == address(this)) revert BadRecipient(to);
    }

    function _requireSigned(address account, bytes32 digest, bytes calldata signature) private view {
        if (SignatureChecker.isValidSignatureNowCalldata(account, digest, signature)) return;
        if (
            account.code.length == 0 && signature.length >= 32
                && bytes32(signature[signature.length - 32:]) == ERC6492_SUFFIX
        ) revert WalletNotDeployed(account);
        revert InvalidSignature(account);
    }

    function _revertExceeds(bytes32 id, uint256 amount, uint256 word) private pure {
        if (word == 0) revert NotPublished(id);
        revert ExceedsRemaining(id, amount, word.remaining());
    }

    // -- INNER: NAMES

    function _idOf(address issuer, address token, bytes32 terms, bytes32 root) private pure returns (bytes32) {
        return keccak256(abi.encode(issuer, token, terms, root));
    }

    /// @dev A shard's terms are its parent's id: a hash, which is below 2^128 for no id that can be found
    function _isShard(bytes32 terms) private pure returns (bool) {
        return uint256(terms) > type(uint128).max;
    }

    /// @dev Of a shard's terms this is no time, but a huge number
    function _opensAt(bytes32 terms) private pure returns (uint256) {
        return uint256(terms) >> 64;
    }

    function _deadline(bytes32 terms) private pure returns (uint256) {
        return uint64(uint256(terms));
    }
}
