// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title The first sale of an income-share token, at a fixed price in an ERC-20
/// @notice Sells from its own balance and sends every payment straight to the issuer, so it never holds proceeds. What a
/// buyer receives here is a primary lot: the only tokens that carry the income claim.
/// @dev No owner and nothing to set after deployment. Invariants: `sold` ≤ `cap`; the sum of `bought` = `sold`; the issuer
/// has received exactly the sum of the costs; the asset never stays here. The token's Transfer precedes Purchased.
contract Offering is ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @notice Everything fixed about a sale
    /// @param token What is sold
    /// @param asset What is paid
    /// @param price Asset base units for 10^18 token base units
    /// @param cap Most token base units sold to all buyers together
    /// @param perBuyerCap Most token base units sold to one buyer; 0 = no limit
    /// @param opensAt First second of the sale, unix time
    /// @param closesAt First second after the sale, unix time
    /// @param allowListRoot Root over keccak256(keccak256(abi.encode(buyer))); 0 = anybody
    /// @param issuer Receives the payments, and what is not sold
    /// @param termsHash keccak256 of the program's canonical terms
    struct Sale {
        IERC20 token;
        IERC20 asset;
        uint256 price;
        uint256 cap;
        uint256 perBuyerCap;
        uint64 opensAt;
        uint64 closesAt;
        bytes32 allowListRoot;
        address issuer;
        bytes32 termsHash;
    }

    // -- EVENTS AND ERRORS

    /// @notice `buyer` received `amount` of the token and paid `cost` of the asset to the issuer
    event Purchased(address indexed buyer, uint256 amount, uint256 cost);
    /// @notice `amount` of unsold token went back to the issuer after the close
    event UnsoldReturned(uint256 amount);
    /// @notice `amount` of `other`, sent here by mistake, went to the issuer
    event StrayReturned(address indexed other, uint256 amount);

    /// @notice The constructor's `what` makes no sense; the field is named
    error BadSale(string what);
    /// @notice Buying or returning nothing
    error ZeroAmount();
    /// @notice The sale opens at `opensAt`
    error NotOpenYet(uint256 opensAt);
    /// @notice The sale closed at `closesAt`
    error Closed(uint256 closesAt);
    /// @notice Unsold tokens stay until `closesAt`
    error NotClosedYet(uint256 closesAt);
    /// @notice Only `left` of the cap is left, `amount` was asked
    error ExceedsCap(uint256 amount, uint256 left);
    /// @notice `buyer` may buy `left` more, `amount` was asked
    error ExceedsBuyerCap(address buyer, uint256 amount, uint256 left);
    /// @notice `buyer` is not on the allow-list, or the proof is another's
    error NotAllowed(address buyer);
    /// @notice The issuer cannot buy its own tokens: they would never carry a claim
    error IssuerCannotBuy();
    /// @notice The asset delivered `received` to the issuer where `cost` was due
    error WrongDelivery(uint256 cost, uint256 received);
    /// @notice The sold token itself is returned by `returnUnsold` only
    error NotStray();

    // -- STORAGE

    /// @notice What is sold
    IERC20 public immutable token;
    /// @notice What is paid
    IERC20 public immutable asset;
    /// @notice Asset base units for 10^18 token base units
    uint256 public immutable price;
    /// @notice Most token base units sold to all buyers together
    uint256 public immutable cap;
    /// @notice Most token base units sold to one buyer; 0 = no limit
    uint256 public immutable perBuyerCap;
    /// @notice First second of the sale
    uint256 public immutable opensAt;
    /// @notice First second after the sale
    uint256 public immutable closesAt;
    /// @notice Root of the allow-list; 0 = anybody may buy
    bytes32 public immutable allowListRoot;
    /// @notice Who receives the payments and the unsold tokens
    address public immutable issuer;
    /// @notice keccak256 of the program's canonical terms, which the buyer agrees to
    bytes32 public immutable termsHash;

    /// @notice Token base units sold so far
    uint256 public sold;
    /// @notice Token base units sold to each buyer
    mapping(address buyer => uint256 amount) public bought;

    /// @param sale Everything fixed about the sale; the issuer then sends `cap` of the token here
    constructor(Sale memory sale) {
        if (address(sale.token) == address(0)) revert BadSale("token");
        if (address(sale.asset) == address(0) || address(sale.asset) == address(sale.token)) {
            revert BadSale("asset");
        }
        if (sale.price == 0) revert BadSale("price");
        if (sale.cap == 0) revert BadSale("cap");
        if (sale.closesAt <= sale.opensAt || sale.closesAt <= block.timestamp) revert BadSale("closesAt");
        if (sale.issuer == address(0)) revert BadSale("issuer");
        if (sale.termsHash == 0) revert BadSale("termsHash");
        token = sale.token;
        asset = sale.asset;
        price = sale.price;
        cap = sale.cap;
        perBuyerCap = sale.perBuyerCap;
        opensAt = sale.opensAt;
        closesAt = sale.closesAt;
        allowListRoot = sale.allowListRoot;
        issuer = sale.issuer;
        termsHash = sale.termsHash;
    }

    // -- CALLS

    /// @notice Buys `amount` token base units for `costOf(amount)`; needs that allowance of the asset
    /// @param amount Token base units
    /// @param proof The buyer's proof in the allow-list; empty where there is none
    function buy(uint256 amount, bytes32[] calldata proof) external nonReentrant {
        if (amount == 0) revert ZeroAmount();
        if (block.timestamp < opensAt) revert NotOpenYet(opensAt);
        if (block.timestamp >= closesAt) revert Closed(closesAt);
        if (msg.sender == issuer) revert IssuerCannotBuy();
        if (allowListRoot != 0 && !MerkleProof.verifyCalldata(proof, allowListRoot, allowListLeaf(msg.sender))) {
            revert NotAllowed(msg.sender);
        }
        uint256 soldBefore = sold;
        if (amount > cap - soldBefore) revert ExceedsCap(amount, cap - soldBefore);
        uint256 boughtBefore = bought[msg.sender];
        // boughtBefore ≤ perBuyerCap wherever there is one, by this very check.
        if (perBuyerCap != 0 && amount > perBuyerCap - boughtBefore) {
            revert ExceedsBuyerCap(msg.sender, amount, perBuyerCap - boughtBefore);
        }
        sold = soldBefore + amount;
        bought[msg.sender] = boughtBefore + amount;

        uint256 cost = costOf(amount);
        uint256 before = asset.balanceOf(issuer);
        asset.safeTransferFrom(msg.sender, issuer, cost);
        uint256 received = asset.balanceOf(issuer) - before;
        if (received != cost) revert WrongDelivery(cost, received);
        token.safeTransfer(msg.sender, amount);
        emit Purchased(msg.sender, amount, cost);
    }

    /// @notice After the close: sends every token left here to the issuer. Anybody may call it, any number of times
    function returnUnsold() external nonReentrant {
        if (block.timestamp < closesAt) revert NotClosedYet(closesAt);
        uint256 left = token.balanceOf(address(this));
        if (left == 0) revert ZeroAmount();
        token.safeTransfer(issuer, left);
        emit UnsoldReturned(left);
    }

    /// @notice Sends `other`, an ERC-20 that came here by mistake, to the issuer, so that nothing is ever stuck
    function returnStray(IERC20 other) external nonReentrant {
        if (address(other) == address(token)) revert NotStray();
        uint256 stray = other.balanceOf(address(this));
        if (stray == 0) revert ZeroAmount();
        other.safeTransfer(issuer, stray);
        emit StrayReturned(address(other), stray);
    }

    // -- VIEWS

    /// @notice What `amount` token base units cost in asset base units, rounded up
    function costOf(uint256 amount) public view returns (uint256) {
        return Math.mulDiv(amount, price, 1e18, Math.Rounding.Ceil);
    }

    /// @notice The allow-list's leaf of `buyer`
    function allowListLeaf(address buyer) public pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(buyer))));
    }
}
