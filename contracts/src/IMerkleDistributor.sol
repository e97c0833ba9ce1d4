// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What the MerkleDistributor takes, says and refuses
/// @notice Beside this it has OpenZeppelin's `multicall`, for several calls of one caller in one transaction, and
/// `eip712Domain` (ERC-5267)
interface IMerkleDistributor {
    // -- TYPES

    /// @notice Everything fixed about a distribution: what its id is made of, and what every call hands back
    /// @param issuer Who published it, and gets back what is cancelled or swept
    /// @param token The ERC-20 it pays
    /// @param terms opensAt << 64 | deadline, both uint64 unix seconds (deadline 0: never); for a shard, its parent's id
    /// @param root The root of its tree
    struct Distribution {
        address issuer;
        address token;
        bytes32 terms;
        bytes32 root;
    }

    /// @notice One claim of several by the same account in the same token
    /// @param terms The distribution's terms, as in Distribution
    /// @param root The distribution's root
    /// @param index The leaf's place in the tree, 0 … 127
    /// @param amount The leaf's amount in base units
    /// @param proof The leaf's siblings from the bottom up
    struct Item {
        bytes32 terms;
        bytes32 root;
        uint256 index;
        uint256 amount;
        bytes32[] proof;
    }

    /// @notice One leaf of a list whose order is the tree's: the index is the place in the list
    /// @param account Whom it pays
    /// @param amount How much, in base units, not zero
    struct Payment {
        address account;
        uint256 amount;
    }

    // -- EVENTS, where `id` is always the distribution's

    /// @notice The distribution `id` of `issuer` was published and funded with `total` of `token`
    /// @param terms As in Distribution
    /// @param root Root of its tree
    /// @param manifestHash keccak256 of the document that explains it
    event Published(
        bytes32 indexed id,
        address indexed issuer,
        address indexed token,
        bytes32 terms,
        bytes32 root,
        uint256 total,
        bytes32 manifestHash
    );

    /// @notice `amount`, the leaf `index` of `id`, was paid to its `account`
    event Claimed(bytes32 indexed id, address indexed account, uint256 index, uint256 amount);

    /// @notice `amount`, the leaf `index` of `id`, was paid to `to`, as its `account` wished
    event ClaimedTo(bytes32 indexed id, address indexed account, uint256 index, address to, uint256 amount);

    /// @notice `push` or `distribute` paid every leaf i of `payments`, all leaves of `id`, whose bit i is set in `paid`, each
    /// to its account. The others were paid before, were masked, or their transfer failed: those can still be claimed
    event Pushed(bytes32 indexed id, uint256 paid, Payment[] payments);

    /// @notice The issuer took `id` back before it opened, with all its `amount`
    event Cancelled(bytes32 indexed id, uint256 amount);

    /// @notice What was left of `id` after the deadline, `amount`, went to the issuer
    event Swept(bytes32 indexed id, uint256 amount);

    /// @notice The shard `id`, number `shard` in the tree of `parent`, got its budget `total` out of it
    /// @param root Root of the shard's own tree
    event Opened(bytes32 indexed id, bytes32 indexed parent, uint256 shard, bytes32 root, uint256 total);

    // -- ERRORS, where `id` is always the distribution's

    /// @notice `terms` say nothing sensible: above 128 bits (that is a shard's), or a deadline that is past or not after the
    /// opening
    error BadTerms(bytes32 terms);
    /// @notice The root is zero: nobody could claim
    error BadRoot();
    /// @notice `total` is zero, or 2^128 and more
    error BadTotal(uint256 total);
    /// @notice A list of `count` entries: of none, or of more than 128 payments
    error BadCount(uint256 count);
    /// @notice `index` is 128 or above and exists in no tree
    error BadIndex(uint256 index);
    /// @notice The leaf `index` is of zero
    error ZeroAmount(uint256 index);
    /// @notice Nobody can be paid at `to`: zero, or this contract
    error BadRecipient(address to);
    /// @notice `id` was published before, perhaps swept or cancelled since; it never can be again
    error AlreadyPublished(bytes32 id);
    /// @notice There is no `id`: it was never published, a shard is not opened yet, or a field handed back is wrong
    error NotPublished(bytes32 id);
    /// @notice `token` answers no balanceOf: it is no ERC-20
    error NotToken(address token);
    /// @notice The token delivered `received` where `total` was due: tokens that take a fee are refused
    error WrongDelivery(uint256 total, uint256 received);
    /// @notice Nothing of `id` can be paid before `opensAt`
    error NotOpenYet(bytes32 id, uint256 opensAt);
    /// @notice `id` opened at `opensAt`: too late to cancel
    error AlreadyOpen(bytes32 id, uint256 opensAt);
    /// @notice Only `issuer` can do this, not `caller`
    error NotIssuer(address caller, address issuer);
    /// @notice The proof leads to `found`, not to the root of `id`
    error InvalidProof(bytes32 id, bytes32 found);
    /// @notice The list makes the tree of `found`, not that of `id`
    error InvalidList(bytes32 id, bytes32 found);
    /// @notice The leaf `index` of `id` was paid before
    error AlreadyClaimed(bytes32 id, uint256 index);
    /// @notice `amount` is asked of `id`, which has only `remaining`
    error ExceedsRemaining(bytes32 id, uint256 amount, uint256 remaining);
    /// @notice Sweeping `id` begins at `deadline`; a deadline of zero never comes
    error NotExpired(bytes32 id, uint256 deadline);
    /// @notice Nothing is left of `id` to take back
    error NothingLeft(bytes32 id);
    /// @notice `id` is a shard and has no terms of its own: it cannot be cancelled, is swept with its parent, and none is
    /// opened out of it
    error IsShard(bytes32 id);
    /// @notice The consent could be used until `deadline`
    error SignatureExpired(uint256 deadline);
    /// @notice `account` has not signed this claim
    error InvalidSignature(address account);
    /// @notice The signature is of a wallet that is not deployed (ERC-6492): deploy `account` first, then hand in the inner
    /// signature
    error WalletNotDeployed(address account);
    /// @notice Of gas there is `left` where `needed` is due to give the next payment its share: an estimate must not mistake
    /// that for a failing recipient
    error NotEnoughGas(uint256 left, uint256 needed);

    // -- PUBLISHING

    /// @notice Publishes a distribution and pulls exactly `total` of the token from the caller, its issuer
    /// @param token The ERC-20 to pay; one that takes a fee on transfers is refused, one that changes balances by itself
    /// must not be used
    /// @param terms opensAt << 64 | deadline; the deadline is zero or after the opening and the present
    /// @param root Root of the tree over at most 128 leaves, or of the parent tree over any number of shards
    /// @param total Sum of the leaves, 1 … 2^128 − 1; needs that allowance
    /// @param manifestHash keccak256 of the canonical manifest
    /// @return id The distribution's id
    function publish(address token, bytes32 terms, bytes32 root, uint256 total, bytes32 manifestHash)
        external
        returns (bytes32 id);

    /// @notice As `publish`, with an ERC-2612 permit of `total` from the caller to this contract. A permit that fails,
    /// because somebody else handed it in before, is passed over if the allowance is there
    /// @param token As in `publish`
    /// @param terms As in `publish`
    /// @param root As in `publish`
    /// @param total As in `publish`; needs no allowance where the permit is good
    /// @param manifestHash As in `publish`
    /// @param permitDeadline Until when the permit is good, unix seconds
    /// @param v Of the permit's signature
    /// @param r Of the permit's signature
    /// @param s Of the permit's signature
    /// @return id The distribution's id
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
    ) external returns (bytes32 id);

    /// @notice Publishes and pays in one transaction, making the tree from the list
    /// @param token As in `publish`
    /// @param terms As in `publish`, already open
    /// @param payments 1 … 128 leaves in the tree's order; the total is their sum
    /// @param mask Bit i set: leaf i is not paid now but keeps an ordinary claim, as does one whose transfer fails
    /// @param manifestHash As in `publish`
    /// @return id The distribution's id
    function distribute(
        address token,
        bytes32 terms,
        Payment[] calldata payments,
        uint256 mask,
        bytes32 manifestHash
    ) external returns (bytes32 id);

    /// @notice Takes everything of `d` back, before the opening only; by the issuer only
    function cancel(Distribution calldata d) external;

    /// @notice Sends what is left of `d` after the deadline to the issuer; by anybody. Claims go on until then
    function sweep(Distribution calldata d) external;

    /// @notice As `sweep`, for the shard of `parent` whose root is `root`, by the parent's deadline
    function sweepShard(Distribution calldata parent, bytes32 root) external;

    /// @notice Moves a shard's budget out of its parent, so that the shard's leaves can be claimed; by anybody. Opening a
    /// shard that is open changes nothing, so that it can stand before a claim in a `multicall`
    /// @param parent A published, open distribution that is no shard itself
    /// @param shard The shard's place in the parent's tree
    /// @param root The shard's root
    /// @param total The shard's budget
    /// @param proof The shard leaf's siblings from the bottom up
    /// @return id The shard's id, that of Distribution(parent.issuer, parent.token, parent's id, root)
    function open(Distribution calldata parent, uint256 shard, bytes32 root, uint256 total, bytes32[] calldata proof)
        external
        returns (bytes32 id);

    // -- CLAIMING

    /// @notice Pays a leaf to its account; by anybody
    /// @param d The distribution
    /// @param index The leaf's place in the tree, 0 … 127
    /// @param account The leaf's account
    /// @param amount The leaf's amount in base units
    /// @param proof The leaf's siblings from the bottom up
    function claim(
        Distribution calldata d,
        uint256 index,
        address account,
        uint256 amount,
        bytes32[] calldata proof
    ) external;

    /// @notice Pays the caller's leaf to `to`
    /// @param d The distribution
    /// @param index The leaf's place in the tree, 0 … 127
    /// @param to Where to pay: not zero, not this contract
    /// @param amount The leaf's amount in base units
    /// @param proof The leaf's siblings from the bottom up
    function claimTo(Distribution calldata d, uint256 index, address to, uint256 amount, bytes32[] calldata proof)
        external;

    /// @notice Pays a leaf to `to` by its account's consent; by anybody
    /// @param d The distribution
    /// @param index The leaf's place in the tree
    /// @param account The leaf's account
    /// @param amount The leaf's amount in base units
    /// @param to Where to pay
    /// @param proof The leaf's siblings from the bottom up
    /// @param deadline Last second at which the consent is good
    /// @param signature EIP-712 Claim(bytes32 id,uint256 index,address account,uint256 amount,address to,uint256 deadline)
    /// by the account: ECDSA, or ERC-1271 if it has code
    function claimBySig(
        Distribution calldata d,
        uint256 index,
        address account,
        uint256 amount,
        address to,
        bytes32[] calldata proof,
        uint256 deadline,
        bytes calldata signature
    ) external;

    /// @notice Pays several leaves of one account, of distributions of one issuer and token, with one transfer; by anybody
    /// @param issuer Who published all of them
    /// @param token What all of them pay
    /// @param account The leaves' account
    /// @param items One or more leaves, each with its distribution's terms and root; one that cannot be paid refuses all
    function claimMany(address issuer, address token, address account, Item[] calldata items) external;

    /// @notice Pays everybody not yet paid, making the tree from the list; by anybody. A failing recipient keeps its claim
    /// @param d The distribution
    /// @param payments All its leaves in the tree's order
    function push(Distribution calldata d, Payment[] calldata payments) external;

    // -- VIEWS

    /// @notice The id of `d`: keccak256(abi.encode(issuer, token, terms, root))
    function idOf(Distribution calldata d) external pure returns (bytes32 id);

    /// @notice The word of `id`: what remains in the low 128 bits, paid flags in the high 128; zero: not published
    function wordOf(bytes32 id) external view returns (uint256 word);

    /// @notice What remains to be paid of `id`, in base units
    function remaining(bytes32 id) external view returns (uint256 amount);

    /// @notice Whether the leaf `index` of `id` can be paid no more: it was, or everything was swept or cancelled
    function isClaimed(bytes32 id, uint256 index) external view returns (bool);
}
